"""Settings about who may use the service, and how long it remembers."""

from __future__ import annotations

from typing import cast

from pydantic import BaseModel, ConfigDict, Field, field_validator

from service.who import ROLES, Role


class AccessSettings(BaseModel):
    """An OpenID Connect provider, where there is one, and retention."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    oidc_issuer: str = Field("", description="address of the OpenID Connect provider; empty: only keys are taken")
    oidc_audience: str = Field("staffing", description="what the provider's tokens have to be made for")
    oidc_keys: str = Field("", description="address of the provider's public keys; empty: where the provider says")
    oidc_role: str = Field("staffing_role", description="claim with the role or roles; dots lead into objects")
    oidc_roles: str = Field(
        "", description="what the provider calls the roles, as `planners=planner,people-team=hr`; empty: the same"
    )
    oidc_person: str = Field("staffing_person", description="claim with the id of the person")
    oidc_units: str = Field("staffing_units", description="claim with the units of a planner; without it all units")
    keep_days: int = Field(
        0, ge=0, le=36_500, description="days that ended runs are kept, with their decisions; 0: until they are erased"
    )

    @field_validator("oidc_issuer", "oidc_keys")
    @classmethod
    def _provider_address(cls, address: str) -> str:
        if address and not address.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise ValueError("an address that begins with https://")
        return address

    @field_validator("oidc_roles")
    @classmethod
    def _roles(cls, given: str) -> str:
        if not all(word and role in ROLES for word, role in _pairs(given).items()):
            raise ValueError(f"pairs as `planners=planner`, with commas between; the roles are {', '.join(ROLES)}")
        return given

    @property
    def role_of(self) -> dict[str, Role]:
        """The provider's word for a role → the role."""
        given = cast(dict[str, Role], _pairs(self.oidc_roles))
        return given or {role: role for role in ROLES}


def _pairs(given: str) -> dict[str, str]:
    pairs = [one.partition("=") for one in given.split(",") if one.strip()]
    return {word.strip(): role.strip() for word, _, role in pairs}
