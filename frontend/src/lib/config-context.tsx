import { createContext, use } from "react";
import type { Config } from "./config";

const Context = createContext<Config | null>(null);

export const ConfigProvider = Context;

export function useConfig(): Config {
  const config = use(Context);
  if (!config) throw new Error("There is no configuration around this component.");
  return config;
}
