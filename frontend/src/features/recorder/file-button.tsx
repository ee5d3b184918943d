import { useRef } from "react";
import { Button } from "@/components/button";
import { useT } from "@/i18n/i18n";
import { fileTypes } from "./takes/limits";

/** Chooses a file instead of recording; for those who do not drop one. */
export function FileButton({ onFile }: { onFile: (file: File) => void }) {
  const t = useT("recorder");
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button look="quiet" size="small" onPress={() => input.current?.click()}>
        {t("file.choose")}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={t("file.choose")}
        accept={fileTypes.join(",")}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = ""; // the same file can be chosen again
          if (file) onFile(file);
        }}
      />
    </>
  );
}
