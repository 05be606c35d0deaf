"""An index by which the runs are counted without reading them."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make it."""
    op.create_index("ix_runs_kind_status_outcome", "runs", ["kind", "status", "outcome"])
