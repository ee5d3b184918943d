import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vite.config.ts";

export default mergeConfig(
  base,
  defineConfig({
    test: {
      environment: "jsdom",
      environmentOptions: { jsdom: { url: "http://timbre.test/" } },
      setupFiles: ["testing/setup.ts"],
      include: ["src/**/*.test.{ts,tsx}", "testing/**/*.test.{ts,tsx}", "build/**/*.test.ts"],
      css: { modules: { classNameStrategy: "non-scoped" } },
      restoreMocks: true,
      env: { DEBUG_PRINT_LIMIT: "1500" },
      pool: "threads",
      testTimeout: 30_000,
    },
  }),
);
