/** One template: fill it, look at what is wrong with it, change it. */
import { App, Button, Dropdown, Input, Segmented } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { fileUrl } from "../../api/client";
import { Icon } from "../../ui/icons";
import { Note } from "../../ui/parts";
import type { Document, Per } from "./make";

export interface DocumentActs {
  onPreview: (document: Document) => void;
  onDownload: (document: Document) => void;
  onRename: (document: Document, name: string) => void;
  onPer: (document: Document, per: Per) => void;
  onReplace: (document: Document, file: File) => void;
  onRemove: (document: Document) => void;
}

interface DocumentRowProps {
  base: string;
  document: Document;
  nRecords: number;
  isBusy: boolean;
  acts: DocumentActs;
}

export function DocumentRow({ base, document, nRecords, isBusy, acts }: DocumentRowProps) {
  const { t } = useTranslation();
  const [isEditing, setEditing] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const isReady = document.problems.length === 0 && !document.error && nRecords > 0;
  const isZip = document.per === "record" && nRecords > 1;
  const download = isZip ? t("documentDownloadZip", { n: nRecords }) : t("documentDownload");
  const fileAddress = `/bases/${base}/blobs/${document.digest}?name=${encodeURIComponent(document.file_name)}`;
  const per = document.per as Per;
  return (
    <li className="document" data-testid="document">
      <div className="row">
        <span className="grow">
          <b className="cut">{document.name}</b>
          <span className="hint">
            {t(`docper_${per}`)}
            {document.n_cells > 0 && ` · ${t("documentCells", { n: document.n_cells })}`}
          </span>
        </span>
        <Dropdown
          trigger={["click"]}
          menu={{
            items: [
              { key: "edit", label: t("rename"), onClick: () => setEditing(true) },
              { key: "replace", label: t("documentReplace"), onClick: () => input.current?.click() },
              {
                key: "file",
                label: (
                  <a href={fileUrl(fileAddress)} download={document.file_name}>
                    {t("documentFile")}
                  </a>
                ),
              },
              { type: "divider" },
              { key: "delete", danger: true, label: t("delete"), onClick: () => acts.onRemove(document) },
            ],
          }}
        >
          <button type="button" className="icon-button" aria-label={t("documentMore", { name: document.name })}>
            <Icon name="more" />
          </button>
        </Dropdown>
      </div>
      {isEditing && (
        <div className="form">
          <Input
            autoFocus
            aria-label={t("documentName")}
            defaultValue={document.name}
            onPressEnter={(event) => event.currentTarget.blur()}
            onBlur={(event) => {
              setEditing(false);
              const name = event.target.value.trim();
              if (name !== "" && name !== document.name) acts.onRename(document, name);
            }}
          />
        </div>
      )}
      {document.error && (
        <Note kind="bad">
          {document.error.message} {document.error.hint}
        </Note>
      )}
      {document.problems.length > 0 && <Problems document={document} />}
      <Segmented<Per>
        block
        size="small"
        aria-label={t("documentPer")}
        value={per}
        disabled={isBusy}
        onChange={(chosen) => acts.onPer(document, chosen)}
        options={(["record", "selection"] as const).map((value) => ({
          value,
          label: t(`docper_${value}`),
          title: t(`docperhint_${value}`),
        }))}
      />
      <div className="row wrap">
        <Button
          type="primary"
          disabled={!isReady || isBusy}
          aria-label={`${t("documentPreview")} ${document.name}`}
          onClick={() => acts.onPreview(document)}
        >
          {t("documentPreview")}
        </Button>
        <Button
          disabled={!isReady}
          loading={isBusy}
          aria-label={`${download} ${document.name}`}
          onClick={() => acts.onDownload(document)}
        >
          {download}
        </Button>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        accept=".xlsx,.xlsm"
        aria-label={t("documentReplace")}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) acts.onReplace(document, file);
          event.target.value = "";
        }}
      />
    </li>
  );
}

function Problems({ document }: { document: Document }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const copy = (text: string) =>
    void navigator.clipboard.writeText(text).then(
      () => void message.success(t("documentCopied", { text })),
      () => undefined,
    );
  return (
    <Note kind="bad">
      <b>{t("documentProblems", { n: document.problems.length })}</b>
      <ul className="document-problems">
        {document.problems.map((problem) => (
          <li key={`${problem.sheet}!${problem.cell}${problem.placeholder}`}>
            {problem.message} <span className="hint">{problem.hint}</span>
            {problem.suggestion && (
              <button type="button" onClick={() => copy(problem.suggestion ?? "")}>
                {t("documentMeant", { text: problem.suggestion })}
              </button>
            )}
          </li>
        ))}
      </ul>
    </Note>
  );
}
