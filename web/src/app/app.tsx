/** Providers around the router: language and theme of the kit, query cache, error boundary. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { App as AntApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { antTheme } from "../ui/theme";
import { Failsafe } from "./failsafe";
import { router } from "./router";

const queries = new QueryClient({
  defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false, staleTime: 2_000 } },
});

function useDark(): boolean {
  const media = matchMedia("(prefers-color-scheme: dark)");
  const [isDark, setDark] = useState(media.matches);
  useEffect(() => {
    const onChange = () => setDark(media.matches);
    media.addEventListener("change", onChange);
    return () => media.removeEventListener("change", onChange);
  }, [media]);
  return isDark;
}

export function App() {
  const { i18n } = useTranslation();
  const isDark = useDark();
  return (
    <ConfigProvider
      locale={i18n.language === "en" ? enUS : zhCN}
      theme={antTheme(isDark)}
      componentSize="middle"
      button={{ autoInsertSpace: false }}
    >
      <AntApp style={{ height: "100%" }}>
        <QueryClientProvider client={queries}>
          <Failsafe>
            <RouterProvider router={router} />
          </Failsafe>
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}
