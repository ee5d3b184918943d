import { useT, useLanguage } from "@/i18n/i18n";
import { usePrompt } from "./api/use-prompt";
import { longestPrompt } from "./takes/limits";

/** The question of the moment: a good one for anybody, or the one whose answer this person's profile lacks most. */
export function useQuestion(signedIn: boolean) {
  const t = useT("recorder");
  const { locale } = useLanguage();
  const language = locale === "es" ? "es" : "en";
  const suggested = usePrompt(language, signedIn);
  return {
    language,
    isLoading: suggested.isLoading,
    // Without an answer there still is something to ask: nobody has to wait for it.
    text: (suggested.data?.text ?? t("question")).slice(0, longestPrompt),
    reason: suggested.data?.reason || undefined,
  };
}
