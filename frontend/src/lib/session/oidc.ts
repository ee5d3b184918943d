import { InMemoryWebStorage, UserManager, WebStorageStateStore } from "oidc-client-ts";
import type { SignIn } from "../config";

/** Where the hosted pages send people back to; the app client in the user pool names it. */
export const callbackPath = "/signed-in";

/**
 * The redirects: PKCE, `state` and what it stands for are made and compared by the library. Only what a sign-in needs
 * to be recognised when it comes back is stored, in this tab, until it does; tokens are not.
 */
export function userManager(signIn: SignIn, origin: string, tab: Storage): UserManager {
  return new UserManager({
    authority: signIn.issuer,
    client_id: signIn.clientId,
    redirect_uri: `${origin}${callbackPath}`,
    response_type: "code",
    scope: "openid email",
    automaticSilentRenew: false,
    loadUserInfo: false,
    monitorSession: false,
    stateStore: new WebStorageStateStore({ store: tab }),
    userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
    // Named here, so that nothing has to be discovered from another origin first.
    metadata: {
      issuer: signIn.issuer,
      authorization_endpoint: `${signIn.domain}/oauth2/authorize`,
      token_endpoint: `${signIn.domain}/oauth2/token`,
    },
  });
}
