// @ts-check
import { readdirSync } from "node:fs";
import js from "@eslint/js";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import { importX } from "eslint-plugin-import-x";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const features = readdirSync(`${import.meta.dirname}/src/features`);

/** Text that a person reads is in `src/i18n`, in every language. */
const texts = [
  {
    // The name of the product is the same everywhere.
    selector: "JSXText[value=/\\p{L}{2}/u]:not([value='Timbre'])",
    message: "Texts belong into src/i18n; use the t of useT().",
  },
  {
    selector:
      "JSXAttribute[name.name=/^(aria-label|aria-description|alt|title|placeholder|label|description)$/] > Literal[value=/\\p{L}{2}/u]",
    message: "Texts belong into src/i18n; use the t of useT().",
  },
  {
    selector: "JSXAttribute[name.name='style']",
    message:
      "Styles belong into a CSS module; numbers that only script knows are set as variables by useCssVariable().",
  },
];

export default tseslint.config(
  { ignores: ["dist", "src/api/schema.d.ts"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  reactHooks.configs.flat["recommended-latest"],
  jsxA11y.flatConfigs.strict,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [createTypeScriptImportResolver()] },
    rules: {
      "no-restricted-syntax": ["error", ...texts],
      "import-x/no-cycle": "error",
      "import-x/no-default-export": "off",
      "import-x/no-restricted-paths": [
        "error",
        {
          zones: [
            ...features.map((feature) => ({
              target: `./src/features/${feature}/**/*`,
              from: `./src/features/!(${feature})/**/*`,
              except: ["**/src/features/*/lib/**/*"],
              message: "A feature takes from another one only what it publishes in its lib/.",
            })),
            {
              target: "./src/{components,lib,api,i18n}/**/*",
              from: "./src/{features,app}/**/*",
              message: "What all share knows no feature.",
            },
            { target: "./src/features/**/*", from: "./src/app/**/*", message: "Features know no app." },
            {
              target: "./src/{lib,api,i18n}/**/*",
              from: "./src/components/**/*",
              message: "lib/ shows nothing.",
            },
            {
              target: "./src/**/!(*.test).{ts,tsx}",
              from: "./testing/**/*",
              message: "Only tests use testing/.",
            },
          ],
        },
      ],
      "max-lines": ["error", { max: 250 }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
      // An empty text is no text.
      "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignorePrimitives: { string: true } }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // React's handlers return nothing; what fails inside is shown by the mutation itself.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
    },
  },
  { files: ["**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
  { files: ["**/*.test.{ts,tsx}", "testing/**"], rules: { "no-restricted-syntax": "off" } },
);
