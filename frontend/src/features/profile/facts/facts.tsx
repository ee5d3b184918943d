import { useState } from "react";
import { ButtonLink, Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { LoadMore } from "@/components/load-more";
import { Loaded } from "@/components/loaded";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { facets } from "@/lib/use-word";
import { Clips } from "@/features/matches/lib/clips";
import { useFacts } from "../api/use-facts";
import { useTakes } from "../api/use-takes";
import { DeleteDialog } from "./delete-dialog";
import { FacetSection } from "./facet-section";
import { AddDialog, EditDialog } from "./fact-dialog";
import styles from "./facts.module.css";

/** What is being done to a fact; by its name, since the fact may change meanwhile. */
type Doing =
  | { what: "add"; facet: Schemas["Facet"] }
  | { what: "edit"; opened: Schemas["Fact"] }
  | { what: "delete"; opened: Schemas["Fact"] };

/** What is known about me, by facet, each with the words it comes from. */
export function Facts() {
  const t = useT("profile");
  const query = useFacts();
  const takes = useTakes();
  const [doing, setDoing] = useState<Doing>();
  const stop = () => setDoing(undefined);
  const all = query.data?.pages.flatMap((page) => page.facts) ?? [];
  return (
    <Clips>
      <Loaded query={query}>
        {() =>
          all.length === 0 ? (
            <EmptyState
              title={t("empty")}
              action={
                <div className={styles.ways}>
                  <ButtonLink look="primary" href="/">
                    {t("empty.action")}
                  </ButtonLink>
                  <Button onPress={() => setDoing({ what: "add", facet: "FACET_OFFER" })}>{t("add")}</Button>
                </div>
              }
            >
              {t("empty.text")}
            </EmptyState>
          ) : (
            <div>
              {facets.map((facet) => (
                <FacetSection
                  key={facet}
                  facet={facet}
                  facts={all.filter((fact) => fact.facet === facet)}
                  isWhole={!query.hasNextPage}
                  takes={takes}
                  onAdd={() => setDoing({ what: "add", facet })}
                  onEdit={(opened) => setDoing({ what: "edit", opened })}
                  onDelete={(opened) => setDoing({ what: "delete", opened })}
                />
              ))}
            </div>
          )
        }
      </Loaded>
      <LoadMore query={query} />
      {doing?.what === "add" && <AddDialog facet={doing.facet} onClose={stop} />}
      {doing?.what === "edit" && (
        <EditDialog
          opened={doing.opened}
          latest={all.find(({ name }) => name === doing.opened.name)}
          onClose={stop}
        />
      )}
      {doing?.what === "delete" && <DeleteDialog fact={doing.opened} onClose={stop} />}
    </Clips>
  );
}
