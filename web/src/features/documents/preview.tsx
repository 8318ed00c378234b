/** The filled document as it will be printed; the browser's print makes the PDF. */
import { useQuery } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/client";
import { Beads, Note } from "../../ui/parts";
import { type Document, printDocument } from "./make";

interface PreviewProps {
  base: string;
  document: Document;
  records: string[];
  onDownload: () => void;
  onClose: () => void;
}

export function Preview({ base, document, records, onDownload, onClose }: PreviewProps) {
  const { t } = useTranslation();
  const frame = useRef<HTMLIFrameElement>(null);
  const page = useQuery({
    queryKey: ["document-page", base, document.id, document.digest, records.join()],
    queryFn: () => printDocument(base, document.id, records),
    gcTime: 0,
    staleTime: 0,
    retry: false,
  });
  const error = page.error;
  return (
    <Modal
      open
      centered
      width={960}
      title={document.name}
      onCancel={onClose}
      footer={[
        <Button key="excel" disabled={!page.data} onClick={onDownload}>
          {t("documentDownload")}
        </Button>,
        <Button
          key="print"
          type="primary"
          disabled={!page.data}
          data-testid="print-document"
          onClick={() => frame.current?.contentWindow?.print()}
        >
          {t("documentPrint")}
        </Button>,
      ]}
    >
      {page.isPending && <Beads label={t("documentMaking")} />}
      {error && (
        <Note kind="bad">
          {error.message} {error instanceof ApiError && error.hint}
        </Note>
      )}
      {page.data && page.data.notes.length > 0 && (
        <Note kind="warn">
          <b>{t("documentNotesTitle")}</b>
          {page.data.notes.slice(0, 5).map((note) => (
            <div key={note.at + note.code}>{note.message}</div>
          ))}
        </Note>
      )}
      {page.data && (
        // No scripts run in it; the same origin is what lets this page print it.
        <iframe
          ref={frame}
          className="document-page"
          title={document.name}
          sandbox="allow-same-origin allow-modals"
          srcDoc={page.data.html}
          data-testid="document-page"
        />
      )}
    </Modal>
  );
}
