"""JWKS: a service that trusts the public keys of its token issuer."""

import json
import time
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm

from tests.support.database import Database
from tests.support.service import ALL_SCOPES, TENANT, running_service, token


async def test_tokens_of_the_issuer_and_no_others(database: Database, tmp_path: Path) -> None:
    """ES256 with its key is let in; HS256 with the old secret, or with the public key, is not."""
    key = ec.generate_private_key(ec.SECP256R1())
    entry = ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": "k1"}
    entry["key_ops"] = ["verify"]
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": [entry]}))
    now = int(time.time())
    claims = {"sub": "u", "tenant_id": TENANT, "scope": ALL_SCOPES, "iat": now, "exp": now + 600}
    good = jwt.encode(claims, key, "ES256", headers={"kid": "k1"})
    async with running_service(database, JWT_SECRET="", JWT_JWKS=str(path)) as service:
        headers = {"Authorization": f"Bearer {good}"}
        assert (await service.ask("GET", "/api/v1/payments", headers=headers)).status == 200
        public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        confused = jwt.encode(claims, public, "HS256", headers={"kid": "k1"})
        for bad in (token(), confused):
            headers = {"Authorization": f"Bearer {bad}"}
            reply = await service.ask("GET", "/api/v1/payments", headers=headers)
            assert (reply.status, reply.code) == (401, "unauthenticated")
