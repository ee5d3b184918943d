import type { Config } from "@/lib/config";

/** The configuration of a page that is connected to nothing. */
export const testConfig: Config = {
  api: "",
  signIn: { issuer: "http://issuer.test", clientId: "page", domain: "http://sign-in.test", providers: [] },
  analytics: { vercel: false, speedInsights: false },
  receiptKeys: [],
};
