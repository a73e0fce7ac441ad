"""What regulation and law ask of whom, article by article."""

from django.db import models

from portal.organizations import Organization


class Duty(models.Model):
    """One article's duty in a few words, with the bodies that it names or that the association put to it."""

    PERSONAL = frozenset()

    code = models.CharField("代码", max_length=20, unique=True)
    law = models.CharField("法规", max_length=80)
    article = models.CharField("条款", max_length=40)
    name = models.CharField("职责", max_length=120)
    position = models.PositiveSmallIntegerField("次序")
    bodies = models.ManyToManyField(Organization, verbose_name="责任单位", related_name="+", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "法定职责"
        ordering = ["position", "pk"]

    def __str__(self):
        return f"{self.name}（{self.law}{self.article}）"
