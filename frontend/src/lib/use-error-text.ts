import { ApiError, canRetry, Unreachable } from "@/api/api-error";
import type { Reason } from "@/api/types";
import type { Key } from "@/i18n/catalogs";
import { useT } from "@/i18n/i18n";

/** What to tell a person about a failure. */
export interface ErrorText {
  text: string;
  /** Whether asking again may help. */
  canRetry: boolean;
}

/** Every reason of the contract has its sentence: this does not compile while one is missing. */
type Missing = Exclude<Reason, Key<"errors">>;
export type EveryReasonHasText = Complete<Missing>;
type Complete<T extends never> = T;

/** Returns what turns any error into a sentence in the person's language. Nothing of the error itself is shown. */
export function useErrorText(): (error: unknown) => ErrorText {
  const t = useT("errors");
  return (error) => {
    const reason = reasonOf(error);
    return { text: t(t.has(reason) ? reason : "OTHER"), canRetry: canRetry(error) };
  };
}

/** The same for the reason of a recording's failure, which is no error of a call. */
export function useReasonText(): (reason: string) => string {
  const t = useT("errors");
  return (reason) => t(t.has(reason) ? reason : "OTHER");
}

function reasonOf(error: unknown): string {
  if (error instanceof Unreachable) return navigator.onLine ? "UNREACHABLE" : "OFFLINE";
  if (!(error instanceof ApiError)) return "OTHER";
  return error.reason ?? (error.status >= 500 ? "UNAVAILABLE" : error.status === 404 ? "NOT_FOUND" : "OTHER");
}
