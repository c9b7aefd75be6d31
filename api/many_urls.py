"""Addresses of what is done to many at once: imports and bulk acts."""

from django.urls import URLPattern, URLResolver, path

from api import bulk, imports

urlpatterns: list[URLPattern | URLResolver] = [
    path("bulk-acts/", bulk.BulkActs.as_view(), name="api-bulk-acts"),
    path("bulk-acts/<int:pk>/", bulk.OneBulkAct.as_view(), name="api-bulk-act"),
    path("bulk-acts/<int:pk>/items/", bulk.BulkItems.as_view(), name="api-bulk-items"),
    path("bulk-acts/<int:pk>/start/", bulk.StartBulkAct.as_view(), name="api-bulk-start"),
    path("bulk-acts/<int:pk>/stop/", bulk.StopBulkAct.as_view(), name="api-bulk-stop"),
    path("bulk-acts/<int:pk>/go-on/", bulk.GoOnWithBulkAct.as_view(), name="api-bulk-go-on"),
    path("bulk-acts/<int:pk>/undo/", bulk.UndoBulkAct.as_view(), name="api-bulk-undo"),
    path("imports/", imports.Imports.as_view(), name="api-imports"),
    path("imports/<int:pk>/", imports.OneImport.as_view(), name="api-import"),
    path("imports/<int:pk>/pieces/", imports.ImportPieces.as_view(), name="api-import-pieces"),
    path("imports/<int:pk>/columns/", imports.ImportColumns.as_view(), name="api-import-columns"),
    path("imports/<int:pk>/start/", imports.StartImport.as_view(), name="api-import-start"),
    path("imports/<int:pk>/stop/", imports.StopImport.as_view(), name="api-import-stop"),
    path("imports/<int:pk>/go-on/", imports.GoOnWithImport.as_view(), name="api-import-go-on"),
    path("imports/<int:pk>/undo/", imports.UndoImport.as_view(), name="api-import-undo"),
    path("imports/<int:pk>/rows/", imports.ImportRows.as_view(), name="api-import-rows"),
    path("imports/<int:pk>/secrets/", imports.ImportSecrets.as_view(), name="api-import-secrets"),
]
