import { useMutation } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import { useSession } from "@/lib/session/session-context";

/** End every session of mine: first in Timbre's own list, which holds at once, then at the hosted pages. */
export function useSignOut() {
  const api = useApi();
  const session = useSession();
  return useMutation({
    mutationFn: () => answer(api.POST("/v1/session:signOut", { body: {} })),
    onSuccess: () => session.leave(),
  });
}
