import { ButtonLink } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { List, ListItem } from "@/components/list";
import { LoadMore } from "@/components/load-more";
import { Loaded } from "@/components/loaded";
import { Page } from "@/components/page";
import { useT } from "@/i18n/i18n";
import { useRecordings } from "./api/use-recordings";
import { RecordingLine } from "./recording-line";

/** My recordings, each with how far it is. */
export default function Recordings() {
  const t = useT("recordings");
  const query = useRecordings();
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Loaded query={query}>
        {({ pages }) => {
          const recordings = pages.flatMap((page) => page.recordings);
          if (recordings.length === 0) {
            return (
              <EmptyState
                title={t("empty")}
                action={
                  <ButtonLink look="voice" href="/">
                    {t("empty.action")}
                  </ButtonLink>
                }
              >
                {t("empty.text")}
              </EmptyState>
            );
          }
          return (
            <List label={t("title")}>
              {recordings.map((recording) => (
                <ListItem key={recording.name}>
                  <RecordingLine recording={recording} />
                </ListItem>
              ))}
            </List>
          );
        }}
      </Loaded>
      <LoadMore query={query} />
    </Page>
  );
}
