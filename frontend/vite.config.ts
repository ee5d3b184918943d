import { fileURLToPath } from "node:url";
import optimizeLocales from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { deployedPage } from "./build/plugin.ts";

/** The running system that the development server stands in front of; see `make run`. */
const gateway = process.env.TIMBRE_GATEWAY ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [
    react(),
    deployedPage(process.env),
    // The texts of our component library are there in thirty languages; the page speaks two.
    { ...optimizeLocales.vite({ locales: ["en-US", "es-ES"] }), enforce: "pre" },
  ],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    // Fonts and icons stay files: the content security policy knows no `data:` for fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What the first screen needs comes in few pieces: together they are smaller, and asked for at once.
        codeSplitting: {
          groups: [
            {
              name: "vendor",
              test: /node_modules\/(react|react-dom|scheduler|wouter|@tanstack|openapi-fetch)\//,
            },
            {
              name: "frame",
              test: /src\/(app|api|lib|i18n)\/(?!session\/oidc)[^.]+\.tsx?$|src\/components\/(button|error-notice|icons|notice|page|skeleton|text-field|text-link|visually-hidden)\./,
            },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: Object.fromEntries(
      ["/v1", "/config.json", "/docs", "/openapi.json"].map((path) => [path, { target: gateway }]),
    ),
  },
});
