import type { Plugin } from "vite";
import vercel from "../vercel.json" with { type: "json" };
import { deployment, namedPolicy, type Environment } from "./environment.ts";

/** Writes what the environment says into the built page, or stops the build with everything that is wrong. */
export function deployedPage(environment: Environment): Plugin {
  return {
    name: "timbre-deployed-page",
    apply: "build",
    buildStart() {
      deployment(environment); // stops before any work
    },
    generateBundle() {
      const deployed = deployment(environment);
      if (!deployed) return;
      this.emitFile({
        type: "asset",
        fileName: "config.json",
        source: JSON.stringify(deployed.config, undefined, 1),
      });
    },
    transformIndexHtml() {
      const deployed = deployment(environment);
      if (!deployed) return [];
      const headers = vercel.headers.flatMap((rule) => rule.headers);
      const policy = headers.find(({ key }) => key === "Content-Security-Policy")?.value ?? "";
      const content = namedPolicy(policy, deployed.hosts);
      return [
        {
          tag: "meta",
          attrs: { "http-equiv": "Content-Security-Policy", content },
          injectTo: "head-prepend",
        },
      ];
    },
  };
}
