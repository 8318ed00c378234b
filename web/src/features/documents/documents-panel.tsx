/** Document templates of a table: uploaded, tried with a record, filled for the selected ones. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, fileUrl, type Schemas } from "../../api/client";
import { Note, Panel } from "../../ui/parts";
import { type DocumentActs, DocumentRow } from "./document-row";
import { HowTo } from "./how-to";
import {
  addDocument,
  changeDocument,
  type Document,
  downloadDocument,
  listDocuments,
  removeDocument,
  replaceFile,
} from "./make";
import { Preview } from "./preview";
import "./documents.css";

interface DocumentsPanelProps {
  base: string;
  table: Schemas["TableView"];
  tables: readonly Schemas["TableView"][];
  /** What is filled in. */
  records: string[];
  onClose: () => void;
}

export function DocumentsPanel({ base, table, tables, records, onClose }: DocumentsPanelProps) {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const queries = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const [shown, setShown] = useState<Document | null>(null);
  const documents = useQuery({ queryKey: ["documents", base], queryFn: () => listDocuments(base) });

  const run = async (id: string, act: () => Promise<unknown>) => {
    setBusy(id);
    try {
      await act();
      await queries.invalidateQueries({ queryKey: ["documents", base] });
    } catch (error) {
      const said = error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(" ") : String(error);
      message.error(said, 6);
    } finally {
      setBusy(null);
    }
  };
  const download = (document: Document) => void run(document.id, () => downloadDocument(base, document.id, records));
  const acts: DocumentActs = {
    onPreview: setShown,
    onDownload: download,
    onRename: (document, name) => void run(document.id, () => changeDocument(base, document.id, { name })),
    onPer: (document, per) => void run(document.id, () => changeDocument(base, document.id, { per })),
    onReplace: (document, file) => void run(document.id, () => replaceFile(base, document.id, file)),
    onRemove: (document) =>
      void modal.confirm({
        icon: null,
        title: t("documentRemoveAsk", { name: document.name }),
        okText: t("delete"),
        okButtonProps: { danger: true },
        onOk: () =>
          run(document.id, () => removeDocument(base, document.id)).then(
            () => void message.info(t("documentRemoved", { name: document.name })),
          ),
      }),
  };
  const own = (documents.data ?? []).filter((one) => one.table === table.id);
  const others = (documents.data ?? []).filter((one) => one.table !== table.id).map(({ name }) => name);
  const starter = fileUrl(`/bases/${base}/documents/starter?table=${table.id}`);

  return (
    <Panel
      title={t("documents")}
      onClose={onClose}
      foot={
        <>
          <Button
            type={own.length === 0 ? "primary" : "default"}
            loading={busy === "new"}
            onClick={() => input.current?.click()}
          >
            {t("documentAdd")}
          </Button>
          <Button href={starter} download title={t("documentStarterHint")}>
            {t("documentStarter")}
          </Button>
        </>
      }
    >
      <p className="document-target" data-testid="document-target">
        {records.length === 0 ? t("documentTarget_none") : t("documentTarget", { n: records.length })}
      </p>
      {documents.error && (
        <Note kind="bad">
          {documents.error.message} <Button onClick={() => void documents.refetch()}>{t("retry")}</Button>
        </Note>
      )}
      {documents.data && own.length === 0 && (
        <>
          <p className="hint">{t("documentsAbout")}</p>
          <p className="hint">{t("documentStarterHint")}</p>
        </>
      )}
      <ul className="documents">
        {own.map((document) => (
          <DocumentRow
            key={document.id}
            base={base}
            document={document}
            nRecords={records.length}
            isBusy={busy === document.id}
            acts={acts}
          />
        ))}
      </ul>
      {others.length > 0 && <p className="hint">{t("documentsOther", { names: others.join(" · ") })}</p>}
      <HowTo table={table} tables={tables} />
      <input
        ref={input}
        type="file"
        hidden
        accept=".xlsx,.xlsm"
        data-testid="document-file"
        aria-label={t("documentAdd")}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) void run("new", () => addDocument(base, table.id, "record", file));
          event.target.value = "";
        }}
      />
      {shown && (
        <Preview
          base={base}
          document={shown}
          records={records}
          onDownload={() => download(shown)}
          onClose={() => setShown(null)}
        />
      )}
    </Panel>
  );
}
