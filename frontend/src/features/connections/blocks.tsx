import { useId } from "react";
import type { Schemas } from "@/api/types";
import { useAnnounce } from "@/components/announcer";
import { Button } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { List, ListItem } from "@/components/list";
import { LoadMore } from "@/components/load-more";
import { Loaded } from "@/components/loaded";
import { Skeleton } from "@/components/skeleton";
import { useUnblock } from "@/features/matches/lib/use-unblock";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useBlocks } from "./api/use-blocks";
import styles from "./blocks.module.css";

/** Whom I block. */
export function Blocks() {
  const t = useT("connections");
  const title = useId();
  const query = useBlocks();
  return (
    <section className={styles.blocks} aria-labelledby={title}>
      <h2 id={title} tabIndex={-1}>
        {t("blocks")}
      </h2>
      <Loaded query={query} skeleton={<Skeleton lines={2} />}>
        {({ pages }) => {
          const blocks = pages.flatMap((page) => page.blocks);
          if (blocks.length === 0) return <p className={styles.soft}>{t("blocks.none")}</p>;
          return (
            <>
              <p className={styles.soft}>{t("blocks.text")}</p>
              <List label={t("blocks")}>
                {blocks.map((block) => (
                  <Block
                    key={block.name}
                    block={block}
                    onEnded={() => {
                      document.getElementById(title)?.focus();
                      void query.refetch();
                    }}
                  />
                ))}
              </List>
            </>
          );
        }}
      </Loaded>
      <LoadMore query={query} />
    </section>
  );
}

function Block({ block, onEnded }: { block: Schemas["Block"]; onEnded: () => void }) {
  const t = useT("connections");
  const format = useFormat();
  const announce = useAnnounce();
  const named = useId();
  const unblock = useUnblock(block.name);
  const name = block.displayName || t("nameless");
  const end = () =>
    unblock.mutate(undefined, {
      onSuccess: () => {
        announce(t("unblocked", { name }));
        onEnded();
      },
    });
  return (
    <ListItem>
      <div className={styles.block}>
        <div>
          <h3 id={named}>{name}</h3>
          {block.createTime && (
            <p className={styles.soft}>{t("blocked", { when: format.date(block.createTime) })}</p>
          )}
        </div>
        <Button size="small" aria-describedby={named} isPending={unblock.isPending} onPress={end}>
          {t("unblock")}
        </Button>
      </div>
      {unblock.isError && <ErrorNotice error={unblock.error} onRetry={end} />}
    </ListItem>
  );
}
