/** The last net: a screen that broke says so and offers to load again; what was saved is saved. */
import { Button } from "antd";
import { Component, type ReactNode } from "react";

export class Failsafe extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children;
  }
}

/** The language may be what broke, so both are shown. */
export function Broken({ error }: { error: unknown }) {
  return (
    <div className="empty" role="alert">
      <b>页面出错了，已保存的数据不受影响 · This page broke; saved data is safe</b>
      <span className="hint">{error instanceof Error ? error.message : String(error)}</span>
      <Button type="primary" onClick={() => location.reload()}>
        重新打开 · Load again
      </Button>
    </div>
  );
}
