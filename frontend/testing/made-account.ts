import type { Schemas } from "@/api/types";

/** An erasure with a receipt that was signed as services/auth/receipt.py signs. */
export function erasure(own: Partial<Schemas["Erasure"]> = {}): Schemas["Erasure"] {
  return {
    name: "erasures/Vq3xN0bT5cJ8yR2mLk7HsWf1eDp6uZaG4oXiBt9QnEw",
    state: "STATE_DONE",
    createTime: "2026-11-04T10:00:00Z",
    receipt: receipt(),
    ...own,
  };
}

/** The same while it goes on: there is no receipt yet. */
export function erasing(): Schemas["Erasure"] {
  return { name: erasure().name, state: "STATE_RUNNING", createTime: "2026-11-04T10:00:00Z" };
}

export function receipt(own: Partial<Schemas["ErasureReceipt"]> = {}): Schemas["ErasureReceipt"] {
  return {
    payload:
      '{"complete_time":"2026-11-04T10:00:07.250000Z","counts":{"auth":{"cognito.users":1,"postgres.exports":1},"match":{"index.points":14,"postgres.reactions":2},"media":{"postgres.recordings":2,"postgres.transcripts":2,"s3.object_versions":6},"profile":{"postgres.facts":11,"postgres.versions":4}},"create_time":"2026-11-04T10:00:00.000000Z","erasure":"erasures/Vq3xN0bT5cJ8yR2mLk7HsWf1eDp6uZaG4oXiBt9QnEw","user_sha256":"3f0a8f6c1d9b4e27a5c8d013e7f2b94650ac81de37f96b25c4018dae72b3f59d"}',
    signature: "ybjCo9MsQWeTQEe9vILZPkk4DCMcFwqJYMFJV3Z/bHoaJM84QR3v+OiOb9lkfWlF0nFvB8Y0nm4nN6g3C2Z9DQ==",
    publicKey:
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA5ddub1N/o8FTeIiKM3fPgabi1kzSDp+udJU7nz0ZaYI=\n-----END PUBLIC KEY-----\n",
    ...own,
  };
}

export function exported(own: Partial<Schemas["Export"]> = {}): Schemas["Export"] {
  return {
    name: "exports/b1c2d3e4-f5a6-4b7c-8d9e-0f1a2b3c4d5e",
    state: "STATE_READY",
    url: "http://bucket.test/export.zip?signature=1",
    urlExpireTime: "2026-11-04T10:05:00Z",
    sizeBytes: "2345678",
    createTime: "2026-11-04T10:00:00Z",
    expireTime: "2026-11-05T10:00:00Z",
    ...own,
  };
}
