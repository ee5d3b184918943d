import { QueryClient } from "@tanstack/react-query";

/** The client itself asks again where that helps; a second layer would multiply it. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: false, staleTime: 15_000, gcTime: 5 * 60_000 },
      mutations: { retry: false },
    },
  });
}
