/** The words of the framework-free parts, from the dictionaries. */
import type { TFunction } from "i18next";
import type { EditorWords } from "../fields/descriptor";
import type { GridWords } from "../grid/types";

export function gridWords(t: TFunction): Partial<GridWords> {
  return {
    label: t("gridLabel"),
    loading: t("gridLoading"),
    checked: t("checked"),
    unchecked: t("unchecked"),
    row: t("gridRow"),
    addRow: t("addRecord"),
  };
}

export function editorWords(t: TFunction): EditorWords {
  return {
    search: t("search"),
    noOptions: t("noOptions"),
    createOption: t("createOption"),
    clear: t("clear"),
    today: t("today"),
    typeDate: t("typeDate"),
    previousMonth: t("previousMonth"),
    nextMonth: t("nextMonth"),
    weekdays: t("weekdays").split(",") as unknown as EditorWords["weekdays"],
    month: t("month"),
    time: t("time"),
    addFiles: t("addFiles"),
    dropFiles: t("dropFiles"),
    uploading: t("uploadingFiles"),
    uploadFailed: t("uploadFailed"),
    remove: t("remove"),
    view: t("viewLarge"),
    close: t("close"),
    noFiles: t("noFiles"),
    save: t("save"),
    searchRecords: t("searchRecords"),
    createRecord: t("createRecord"),
    noRecords: t("noRecords"),
  };
}
