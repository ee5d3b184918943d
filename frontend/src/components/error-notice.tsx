import { useT } from "@/i18n/i18n";
import { useErrorText } from "@/lib/use-error-text";
import { Button } from "./button";
import { Notice } from "./notice";

interface Props {
  error: unknown;
  onRetry?: (() => void) | undefined;
}

/** What went wrong in a sentence, and a button where trying again can help. */
export function ErrorNotice({ error, onRetry }: Props) {
  const t = useT("common");
  const { text, canRetry } = useErrorText()(error);
  return (
    <Notice
      tone="danger"
      role="alert"
      action={
        canRetry && onRetry ? (
          <Button size="small" onPress={onRetry}>
            {t("retry")}
          </Button>
        ) : undefined
      }
    >
      {text}
    </Notice>
  );
}
