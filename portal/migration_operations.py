"""The operation with which an app's first migration makes all its tables."""

from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation, OperationCategory


class CreateTables(Operation):
    """Many models at once, in any order and pointing at each other.

    Django renders a model and all that hang together with it once for every operation; here they are rendered
    once for all, and each table is made as its model is when the last operation is done. What is not a
    `CreateModel` (a field that closes a circle, a constraint) says how the models are and does nothing more
    to the database. Only for models that this same operation makes.
    """

    category = OperationCategory.ADDITION
    serialization_expand_args = ["operations"]

    def __init__(self, operations: list[Operation]) -> None:
        self.operations = operations

    def deconstruct(self) -> tuple:
        return (self.__class__.__qualname__, [self.operations], {})

    def state_forwards(self, app_label, state) -> None:
        vars(state).pop("apps", None)  # rendered anew, once, by whoever asks for it next
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        for operation in self._models():
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        for operation in reversed(self._models()):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create {len(self._models())} tables"

    def _models(self) -> list[CreateModel]:
        return [operation for operation in self.operations if isinstance(operation, CreateModel)]
