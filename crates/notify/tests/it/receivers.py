"""Receivers that other people wrote: each says what it got, as one line of JSON.

The first line tells where it listens. Planted faults are tried on every message, so that a receiver
that believes anything is noticed.
"""

import base64
import datetime
import http.server
import json
import sys


def tell(**fact):
    print(json.dumps(fact), flush=True)


def refused(attempt):
    """Whether `attempt` ends in an error."""
    try:
        attempt()
    except Exception:
        return True
    return False


class Requests(http.server.ThreadingHTTPServer):
    """Answers every POST with what `take(headers, body)` returns."""

    def __init__(self, take):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                self.send_response(take({k.lower(): v for k, v in self.headers.items()}, body))
                self.end_headers()

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)


def webhook(secret):
    from standardwebhooks import Webhook

    receiver = Webhook(secret)

    def take(headers, body):
        text = body.decode()
        verified = not refused(lambda: receiver.verify(text, headers))
        long_ago = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=6)
        replayed = headers | {
            "webhook-timestamp": str(int(long_ago.timestamp())),
            "webhook-signature": receiver.sign(headers["webhook-id"], long_ago, text),
        }
        tell(
            verified=verified,
            tampered_refused=refused(lambda: receiver.verify(text + " ", headers)),
            other_id_refused=refused(lambda: receiver.verify(text, headers | {"webhook-id": "x"})),
            replay_refused=refused(lambda: receiver.verify(text, replayed)),
            id=headers["webhook-id"],
            body=json.loads(text),
        )
        return 204 if verified else 401

    return Requests(take)


def web_push(_):
    import http_ece
    import jwt
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    b64 = lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    unb64 = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    key, auth = ec.generate_private_key(ec.SECP256R1()), b"sixteen bytes ok"
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def decrypt(body, auth=auth):
        return http_ece.decrypt(body, private_key=key, auth_secret=auth, version="aes128gcm")

    def take(headers, body):
        scheme, _, parts = headers["authorization"].partition(" ")
        vapid = dict(part.strip().split("=", 1) for part in parts.split(","))
        signer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(vapid["k"]))
        claims = lambda audience: jwt.decode(
            vapid["t"], signer, algorithms=["ES256"], audience=audience
        )
        tell(
            scheme=scheme,
            signer=vapid["k"],
            claims=claims(origin()),
            other_audience_refused=refused(lambda: claims("https://push.example")),
            payload=json.loads(decrypt(body)),
            tampered_refused=refused(lambda: decrypt(body[:-1] + bytes([body[-1] ^ 1]))),
            other_auth_refused=refused(lambda: decrypt(body, b"another sixteen!")),
            headers={k: headers[k] for k in ("ttl", "urgency", "topic", "content-encoding")},
        )
        return 201

    server = Requests(take)
    origin = lambda: f"http://127.0.0.1:{server.server_port}"
    server.about = {
        "endpoint": origin() + "/push/secret",
        "expirationTime": None,
        "keys": {"p256dh": b64(point), "auth": b64(auth)},
    }
    return server


def smtp(_):
    import asyncio
    import email

    from aiosmtpd.smtp import SMTP

    class Handler:
        async def handle_RCPT(self, server, session, envelope, address, options):
            refusals = {"nobody@example.org": "550 no such user", "busy@example.org": "451 later"}
            if address in refusals:
                return refusals[address]
            envelope.rcpt_tos.append(address)
            return "250 ok"

        async def handle_DATA(self, server, session, envelope):
            letter = email.message_from_bytes(envelope.content)
            tell(
                mail_from=envelope.mail_from,
                rcpt_tos=envelope.rcpt_tos,
                headers={name.lower(): value for name, value in letter.items()},
                text=letter.get_payload(decode=True).decode(),
            )
            return "250 taken"

    async def serve():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Handler()), "127.0.0.1", 0)
        tell(port=server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


if __name__ == "__main__":
    receiver = {"webhook": webhook, "web-push": web_push, "smtp": smtp}[sys.argv[1]]
    server = receiver(sys.stdin.readline().strip())
    if server is not None:
        tell(port=server.server_port, about=getattr(server, "about", None))
        server.serve_forever()
