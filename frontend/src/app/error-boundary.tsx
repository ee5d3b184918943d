import { Component, type ReactNode } from "react";
import { Button } from "@/components/button";
import { Page } from "@/components/page";
import { useT } from "@/i18n/i18n";

interface Props {
  /** Another value gives the inside another chance: the path. */
  resetKey: string;
  children: ReactNode;
}

/** Keeps the frame of the page standing when a screen breaks. */
export class ErrorBoundary extends Component<Props, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override componentDidUpdate(before: Props) {
    if (this.state.broken && before.resetKey !== this.props.resetKey) this.setState({ broken: false });
  }

  override render() {
    return this.state.broken ? <Crash /> : this.props.children;
  }
}

function Crash() {
  const t = useT("shell");
  return (
    <Page title={t("crash.title")} lead={t("crash.text")}>
      <div>
        <Button onPress={() => window.location.reload()}>{t("crash.reload")}</Button>
      </div>
    </Page>
  );
}
