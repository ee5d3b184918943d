import { useT } from "@/i18n/i18n";

/** Returns what says why a version came to be; the API may know causes that this page does not. */
export function useCause(): (cause: string) => string {
  const t = useT("profile");
  return (cause) => {
    const key = `cause.${cause}`;
    return t(t.has(key) ? key : "cause.other");
  };
}
