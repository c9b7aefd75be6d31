"""What was done to each MikroTik."""

from django.db import models

from routers.models.router import Router


class SyncRun(models.Model):
    """One comparison of wish and world: the steps that were needed and how they ended."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    router = models.ForeignKey(Router, on_delete=models.CASCADE, related_name="runs")
    reason = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    steps = models.JSONField(default=list)  # [{"do": "add|set|remove", "path", "what", "done": bool}]
    written = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.router_id} {self.started_at:%Y-%m-%d %H:%M}"
