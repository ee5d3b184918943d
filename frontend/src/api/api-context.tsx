import { createContext, use } from "react";
import type { Api } from "./client";

const Context = createContext<Api | null>(null);

export const ApiProvider = Context;

/** The API, from inside a request hook. */
export function useApi(): Api {
  const api = use(Context);
  if (!api) throw new Error("There is no API around this component.");
  return api;
}
