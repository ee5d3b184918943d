/** What the token endpoint gave; kept in memory and nowhere else. */
export interface Tokens {
  access: string;
  refresh: string | undefined;
  expiresAt: number;
  userId: string;
  groups: readonly string[];
}

interface Claims {
  sub?: unknown;
  exp?: unknown;
  "cognito:groups"?: unknown;
}

/** Read the tokens' claims. They are a hint about what to show; what they allow, the services alone decide. */
export function tokensOf(access: string, refresh: string | undefined): Tokens {
  const claims = claimsOf(access);
  const groups = claims["cognito:groups"];
  if (typeof claims.sub !== "string") throw new Error("The access token names nobody.");
  return {
    access,
    refresh,
    expiresAt: typeof claims.exp === "number" ? claims.exp * 1000 : Infinity,
    userId: claims.sub,
    groups: Array.isArray(groups) ? groups.filter((group) => typeof group === "string") : [],
  };
}

function claimsOf(token: string): Claims {
  const payload = token.split(".")[1] ?? "";
  const bytes = Uint8Array.from(atob(payload.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Claims;
}
