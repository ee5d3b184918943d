import { useMutation } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { useApi } from "@/api/api-context";
import { answer, idOf } from "@/api/client";
import { forgetTakes } from "@/features/recorder/lib/forget-takes";
import { browserAudio } from "@/features/recordings/lib/kept-audio";
import { useSession } from "@/lib/session/session-context";
import { rememberOwnErasure } from "../own-erasure";

/** Erase me. Goes on to the erasure, which needs no sign-in: from the answer on there is none any more. */
export function useEraseAccount() {
  const api = useApi();
  const session = useSession();
  const [, navigate] = useLocation();
  return useMutation({
    mutationFn: () => answer(api.DELETE("/v1/account")),
    onSuccess: async ({ name }) => {
      const state = session.state();
      const userId = state.status === "signed-in" ? state.userId : "";
      const browserIsEmpty = await Promise.all([forgetTakes(userId), forgetAudio(userId)]).then(
        () => true,
        () => false,
      );
      rememberOwnErasure({ name, userId, browserIsEmpty });
      navigate(`/erasures/${idOf(name)}`);
      session.drop();
    },
  });
}

async function forgetAudio(userId: string): Promise<void> {
  await (await browserAudio()).forget(userId);
}
