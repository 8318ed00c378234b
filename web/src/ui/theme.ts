/** Ant Design in the colours of tokens.css, compact, 32 px controls. */
import { type ThemeConfig, theme } from "antd";

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function antTheme(isDark: boolean): ThemeConfig {
  return {
    algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      colorPrimary: token("--jade"),
      // The library's own hover is lighter, and white on it is hard to read (below 4.5:1).
      colorPrimaryHover: token("--jade-hover"),
      colorPrimaryActive: token("--jade-press"),
      colorLink: token("--jade"),
      colorError: token("--cinnabar"),
      colorWarning: token("--amber"),
      colorText: token("--ink-1"),
      colorTextSecondary: token("--ink-2"),
      colorBgBase: token("--paper"),
      colorBorder: token("--line"),
      fontFamily: token("--fonts"),
      fontSize: 14,
      borderRadius: 4,
      controlHeight: 32,
      motionDurationMid: "0.12s",
      motionDurationSlow: "0.12s",
      boxShadowSecondary: token("--float"),
      boxShadow: token("--float"),
    },
    components: {
      Button: { primaryColor: token("--on-jade"), primaryShadow: "none", defaultShadow: "none", fontWeight: 400 },
    },
  };
}
