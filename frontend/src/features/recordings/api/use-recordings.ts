import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import { usePages } from "@/lib/use-pages";
import { isMoving } from "../watching/progress";

const soon = 4_000;

/** My recordings, newest first; looked at again while one of them is on its way. */
export function useRecordings() {
  const api = useApi();
  return usePages(
    ["recordings"],
    (pageToken, signal) =>
      answer(api.GET("/v1/recordings", { params: { query: pageToken ? { pageToken } : {} }, signal })),
    { again: (pages) => pages.some(({ recordings }) => recordings.some(isMoving)) && soon },
  );
}
