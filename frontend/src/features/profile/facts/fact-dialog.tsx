import { useState, type ReactNode } from "react";
import { ApiError } from "@/api/api-error";
import { useAnnounce } from "@/components/announcer";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorNotice } from "@/components/error-notice";
import { Notice } from "@/components/notice";
import { Quote } from "@/components/quote";
import { Select } from "@/components/select";
import { TextArea } from "@/components/text-field";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { facets, useWord } from "@/lib/use-word";
import { useCreateFact } from "../api/use-create-fact";
import { useUpdateFact } from "../api/use-update-fact";

type Facet = Schemas["Facet"];

/** The contract's limit. */
const longest = 300;

/** Add a fact in my own words. */
export function AddDialog({ facet, onClose }: { facet: Facet; onClose: () => void }) {
  const t = useT("profile");
  const announce = useAnnounce();
  const create = useCreateFact();
  const isFull = create.error instanceof ApiError && create.error.reason === "FAILED_PRECONDITION";
  const saved = () => {
    announce(t("added"));
    onClose();
  };
  return (
    <WordsDialog
      title={t("add.title")}
      initial={{ facet, text: "" }}
      help={t("add.help")}
      isPending={create.isPending}
      onSave={(words) => create.mutate(words, { onSuccess: saved })}
      onClose={onClose}
    >
      {isFull ? (
        <Notice tone="danger" role="alert">
          {t("add.full")}
        </Notice>
      ) : (
        create.isError && <ErrorNotice error={create.error} />
      )}
    </WordsDialog>
  );
}

interface EditProps {
  opened: Schemas["Fact"];
  /** The same fact as it is now; none when it was deleted meanwhile. */
  latest: Schemas["Fact"] | undefined;
  onClose: () => void;
}

/** Put a fact into other words, or under another facet. */
export function EditDialog({ opened, latest, onClose }: EditProps) {
  const t = useT("profile");
  const word = useWord();
  const announce = useAnnounce();
  const update = useUpdateFact();
  const reason = update.error instanceof ApiError ? update.error.reason : undefined;
  const isGone = (latest === undefined && !update.isPending) || reason === "FACT_NOT_FOUND";
  // What somebody has made of it meanwhile is shown below, and from then on is what was seen.
  // Not what this very dialog has just made of it.
  const isMine = update.isPending || update.isSuccess;
  const differs = !isMine && latest !== undefined && latest.etag !== opened.etag;
  const saved = () => {
    announce(t("saved"));
    onClose();
  };
  return (
    <WordsDialog
      title={t("fact.edit.title")}
      initial={opened}
      help={t("fact.edit.help")}
      isPending={update.isPending}
      isDisabled={isGone}
      onSave={(words) => latest && update.mutate({ seen: latest, words }, { onSuccess: saved })}
      onClose={onClose}
    >
      {opened.evidence && <Quote text={opened.evidence.quote} whose="mine" startMs={startOf(opened)} />}
      {isGone ? (
        <Notice tone="caution" role="alert">
          {t("conflict.gone")}
        </Notice>
      ) : differs ? (
        <Notice tone="caution" role="alert" title={t("conflict.title")}>
          <p>{t("conflict.fact", { facet: word("FACET", latest.facet), text: latest.text })}</p>
          <p>{t("conflict.choose")}</p>
        </Notice>
      ) : (
        update.isError && <ErrorNotice error={update.error} />
      )}
    </WordsDialog>
  );
}

function startOf({ evidence }: Schemas["Fact"]): number | undefined {
  return evidence && !evidence.typed ? evidence.startMs : undefined;
}

interface Words {
  facet: Facet;
  text: string;
}

interface WordsProps {
  title: string;
  initial: Words;
  help: string;
  isPending: boolean;
  isDisabled?: boolean;
  onSave: (words: Words) => void;
  onClose: () => void;
  children: ReactNode;
}

function WordsDialog({ title, initial, help, isPending, isDisabled = false, onSave, ...rest }: WordsProps) {
  const { onClose, children } = rest;
  const t = useT("profile");
  const common = useT("common");
  const word = useWord();
  const [facet, setFacet] = useState(facets.find((known) => known === initial.facet) ?? facets[0]);
  const [text, setText] = useState(initial.text);
  const [tried, setTried] = useState(false);
  const isEmpty = text.trim() === "";

  function save() {
    setTried(true);
    if (!isEmpty) onSave({ facet, text: text.trim() });
  }

  return (
    <Dialog
      title={title}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button look="primary" isPending={isPending} isDisabled={isDisabled} onPress={save}>
            {common("save")}
          </Button>
          <Button onPress={onClose}>{common("cancel")}</Button>
        </>
      }
    >
      <Select
        label={t("facet")}
        choices={facets.map((each) => ({ id: each, label: word("FACET", each) }))}
        value={facet}
        onChange={setFacet}
        help={t(`facet.${facet}`)}
      />
      <TextArea
        label={t("text")}
        help={help}
        value={text}
        onChange={setText}
        rows={3}
        maxLength={longest}
        error={tried && isEmpty ? t("text.missing") : undefined}
      />
      {children}
    </Dialog>
  );
}
