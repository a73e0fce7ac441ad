from django.apps import AppConfig


class YouthCreditsConfig(AppConfig):
    name = "youth_credits"
    verbose_name = "青少年学分"
