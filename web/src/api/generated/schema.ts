/** Generated from server/openapi.json by `npm run types`. */

export interface paths {
    "/api/v1/ai/rule-presets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Rules to begin with, by marketplace; copied into the field and edited there. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RulePresetView"][];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** All bases as one file; made while they are in use. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/zip": number[];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All bases, the newest change first. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BaseRow"][];
                    };
                };
            };
        };
        put?: never;
        /** Makes a base, empty or from a template. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewBase"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BaseMade"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A base with its tables, fields and views. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BaseView"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Moves a base to the trash folder. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Renames a base. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["BaseChange"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/bases/{base}/ai/answers/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One stored answer. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AnswerView"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/ai/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last batches, newest first. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BatchView"][];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/ai/batches/{batch}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Pauses a batch or lets it go on. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                    batch: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["BatchRequest"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/ai/estimate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What running an AI field would ask for and cost. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["EstimateRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EstimateView"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/ai/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The ledger of AI attempts. */
        get: {
            parameters: {
                query?: {
                    batch?: string | null;
                    /** @description Lines older than this one. */
                    before?: number | null;
                    /** @description Only of this field. */
                    field?: string | null;
                };
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["LedgerView"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/ai/ledger.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The ledger as a file for spreadsheets. */
        get: {
            parameters: {
                query?: {
                    batch?: string | null;
                    /** @description Lines older than this one. */
                    before?: number | null;
                    /** @description Only of this field. */
                    field?: string | null;
                };
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/csv": string;
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/ai/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The owner's limits on what AI may cost. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["LimitsView"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Sets the owner's limits. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LimitsView"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/ai/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What records show under each formula, as far as it is answered. To have it answered, send `try_ai`. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TryRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TryView"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/backup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One base as a file; made while it is in use. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/zip": number[];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/blobs/{digest}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The bytes of an attachment, or a small picture of it. */
        get: {
            parameters: {
                query?: {
                    /** @description Longer side in pixels: 64, 256 or 1024. */
                    thumb?: number;
                    /** @description The name that a download gets. */
                    name?: string;
                };
                header?: never;
                path: {
                    base: string;
                    digest: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": number[];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Verifies every checksum of a base. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CheckResult"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/commands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Carries out one command; answers when it is durable. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CommandRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CommandAnswer"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/documents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The templates of a base, each with what is wrong with it now. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DocumentView"][];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Adds a template. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DocumentRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DocumentView"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/documents/starter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A first template for a table, to be changed in Excel or WPS. */
        get: {
            parameters: {
                query: {
                    table: string;
                    /** @description `record` or `selection` */
                    per?: string;
                };
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": number[];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/documents/{document}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Changes a template; what is absent stays. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                    document: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DocumentRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DocumentView"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Removes a template from the list. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                    document: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/documents/{document}/fill": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The template filled: one workbook, or a zip of one per record. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                    document: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["FillRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": number[];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/documents/{document}/print": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The template filled, as a page for the browser's print. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                    document: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["FillRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PrintView"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/exports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins to write a file of the base's present state. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewExport"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobMade"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/fill-ins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins to write a sheet for somebody else to fill in, e.g. a supplier. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewFillIn"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobMade"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/formula/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What is wrong with a formula, what it reads, and what it gives for a sample record. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["FormulaCheck"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FormulaReport"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/formula/names": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the fields of all tables are found by pinyin. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NameKeys"][];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was done in a base, the newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Only transactions older than this revision. */
                    before?: number;
                    /** @description Rows, at most 200. */
                    n?: number;
                    /** @description Only what touched this table. */
                    table?: string;
                    /** @description Only what this actor did. */
                    actor?: string;
                };
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["HistoryRow"][];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/history/{revision}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a step changed. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                    revision: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["StepView"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/history/{revision}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What taking the step back would do now, leaving what was changed since as it is; nothing is changed. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                    revision: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TakeBackPreview"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/import-mappings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The mappings that a base keeps. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MappingView"][];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/import-mappings/{mapping}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Forgets a mapping. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                    mapping: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/retention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How long history is kept. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Retention"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Keeps history this long from now on. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Retention"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Retention"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/tables/{table}/aggregates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The footer values of a view, by field. */
        get: {
            parameters: {
                query?: {
                    view?: string;
                };
                header?: never;
                path: {
                    base: string;
                    table: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: components["schemas"]["AggregateView"];
                        };
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/tables/{table}/fields/{field}/ai-states": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many records of an AI field are in each state. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                    table: string;
                    field: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: number;
                        };
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/tables/{table}/find": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Cells of a view that hold a text, row by row. */
        get: {
            parameters: {
                query: {
                    view?: string;
                    /** @description What is looked for; pinyin and its first letters find Chinese. */
                    text: string;
                    /** @description Hits from this one on, counted from 0. */
                    hit?: number;
                    /** @description Hits from this row of the view on; if there are none, from the first one. */
                    row?: number;
                    /** @description Hits listed, 100 if absent. */
                    n?: number;
                };
                header?: never;
                path: {
                    base: string;
                    table: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FoundView"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/tables/{table}/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The groups of a view with their footer values. */
        get: {
            parameters: {
                query: {
                    view: string;
                };
                header?: never;
                path: {
                    base: string;
                    table: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GroupsView"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/tables/{table}/records/{record}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One record with all its fields. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                    table: string;
                    record: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Record"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/tables/{table}/records/{record}/fields/{field}/provenance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the answers of one AI cell came from, in the order of the formula. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                    table: string;
                    record: string;
                    field: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CellProvenance"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/tables/{table}/records/{record}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened to one record, the newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Only transactions older than this revision. */
                    before?: number;
                    /** @description Rows, at most 200. */
                    n?: number;
                    /** @description Only what changed this field, whatever its type was then. */
                    field?: string;
                };
                header?: never;
                path: {
                    base: string;
                    table: string;
                    record: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RecordHistoryRow"][];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/tables/{table}/restore_preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What bringing the table back to a moment would do; nothing is changed. */
        get: {
            parameters: {
                query: {
                    /** @description The transaction after which the table is wanted. */
                    revision: number;
                };
                header?: never;
                path: {
                    base: string;
                    table: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TakeBackPreview"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/tables/{table}/window": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Rows of a view, column by column. */
        get: {
            parameters: {
                query?: {
                    /** @description Absent: all records in the order of creation. */
                    view?: string;
                    from?: number;
                    /** @description Rows, at most 2000. */
                    n?: number;
                    /** @description Field ids with commas between; absent: all. */
                    fields?: string;
                    /** @description Only records that show this text. */
                    find?: string;
                    /** @description JSON of a filter in place of the view's, for a try without saving. */
                    filter?: string;
                    /** @description JSON of sorts in place of the view's. */
                    sorts?: string;
                };
                header?: never;
                path: {
                    base: string;
                    table: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Window"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bases/{base}/trash": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What lies in the trash. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    base: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TrashItem"][];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/exports/{job}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far an export is. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    job: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ExportView"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/exports/{job}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The finished file, as a download. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    job: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": number[];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/formula/functions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every function, for help and completion. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FunctionView"][];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server answers, and which version it is. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins to read an uploaded file. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewImport"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobMade"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{job}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far an import is; with the preview once the file is read. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    job: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImportView"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{job}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Imports what was previewed. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    job: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Confirm"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobMade"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{job}/into": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tables that the sheets of a file may be for. */
        get: {
            parameters: {
                query?: {
                    /** @description Absent: the base that the import is meant for, or the one that a sheet to be filled in came from. */
                    base?: string;
                };
                header?: never;
                path: {
                    job: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["IntoTargets"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{job}/into/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a plan would do; nothing is done. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    job: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CompareRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ComparisonView"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{job}/into/propose": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A plan for a sheet and a table, all of which may be changed. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    job: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ProposeRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProposalView"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{job}/into/{sheet}/lines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lines of the last comparison of a sheet. */
        get: {
            parameters: {
                query: {
                    /** @description `added`, `changed`, `missing`, `problems` */
                    kind: string;
                    from?: number;
                    /** @description At most 500. */
                    n?: number;
                };
                header?: never;
                path: {
                    job: string;
                    sheet: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImportLines"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{job}/into/{sheet}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is not done as it stands in the file, row by row, as CSV to be mended in a spreadsheet. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    job: string;
                    sheet: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/csv": string;
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{job}/pictures/{digest}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A picture of the preview, always as a thumbnail. */
        get: {
            parameters: {
                query?: {
                    /** @description Longer side in pixels: 64, 256 or 1024. */
                    thumb?: number;
                };
                header?: never;
                path: {
                    job: string;
                    digest: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "image/png": number[];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{job}/unlock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins anew where an import failed with `password_needed` or `wrong_password`. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    job: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Unlock"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobMade"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that is going on or was lately, the newest first. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Job"][];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{job}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops a job; what it has done is taken back, except answers of an AI batch that are there already. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    job: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The configured providers. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProvidersView"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers/default": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Chooses the model that AI fields without one use; `offline-trial` for none. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DefaultProvider"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers/presets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Known providers, to begin with. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PresetView"][];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Adds or changes a provider; the first one becomes the default. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ProviderInput"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProviderView"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers/{name}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks the provider one word and says what is wrong if it does not answer. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TestResult"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes the bases of a backup in, under new ids where theirs are taken; never overwrites one. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/zip": number[];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Restored"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The templates for `POST /bases`. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TemplateView"][];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a file, streamed to disk. */
        post: {
            parameters: {
                query: {
                    /** @description The file's name, for people. */
                    name: string;
                    /** @description Put it into this base as an attachment. */
                    base?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/octet-stream": number[];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UploadAnswer"];
                    };
                };
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A footer value: a number, a date, or an error. */
        AggregateView: {
            /** @description `sum`, `average`, `min`, `max`, `count`, `filled`, `blank`, `distinct`, `median` */
            aggregate: string;
            value: components["schemas"]["Cell"];
        };
        /** @description The note beside an AI cell. */
        AiNote: {
            keys?: string[] | null;
            /** @description Stable code of a failure or broken rule. */
            reason?: string | null;
            /** @description `queued`, `running`, `ok`, `needs_review`, `failed`, `stale`, `locked`, `skipped` */
            state: string;
        };
        /** @description What narrows the scope of a run, as in [`engine::AiPlan`]. */
        AiPlan: {
            /**
             * Format: int64
             * @description The most that the batch may cost, in millionths of the provider's currency.
             */
            cap_micros?: number | null;
            estimate?: components["schemas"]["BatchEstimate"] | null;
            /** @description Only records of which this formula is true; the others are marked as left out. */
            only_if?: string | null;
            /**
             * Format: int32
             * @description Only so many of them, as different from each other as possible.
             */
            sample?: number | null;
            /** @description Only records that this view shows. */
            view?: string | null;
            /** @description Cells edited by hand are asked for too: they keep what they show, the answer is offered beside it. */
            with_locked: boolean;
        };
        /** @enum {string} */
        AiPolicyView: "manual" | "auto";
        /** @description Which records of an AI field are asked. */
        AiScope: "empty" | "stale" | "failed" | "all" | {
            records: string[];
        };
        AiSettingsView: {
            /** @description Name of a configured model; empty: the default one. */
            model: string;
            policy: components["schemas"]["AiPolicyView"];
            /**
             * Format: int32
             * @description Times that a question is asked again with the broken rule.
             */
            retries: number;
            /** @description What answers must keep: `[{"rule":"length","unit":"characters","max":75}, …]`. */
            rules: Record<string, never>[];
        };
        /** @description A stored answer and where it came from. */
        AnswerView: {
            key: string;
            provenance: components["schemas"]["ProvenanceView"];
            text: string;
        };
        Attachment: {
            /** @description blake3, 64 hex digits. */
            digest: string;
            /** Format: int32 */
            height_px: number;
            mime: string;
            name: string;
            /** Format: int64 */
            size_bytes: number;
            /**
             * Format: int32
             * @description 0 where it is no picture.
             */
            width_px: number;
        };
        BaseChange: {
            name: string;
        };
        BaseMade: {
            id: string;
        };
        /** @description A base in the list of the start page. */
        BaseRow: {
            /** @description Set where the base cannot be opened: what is wrong with it. */
            damage?: string | null;
            id: string;
            /** Format: int64 */
            n_records: number;
            /** Format: int64 */
            n_tables: number;
            name: string;
            /** Format: int64 */
            size_bytes: number;
            /**
             * Format: int64
             * @description Milliseconds since 1970.
             */
            updated_ms: number;
        };
        /** @description Everything about a base but its records. */
        BaseView: {
            id: string;
            name: string;
            /** Format: int64 */
            revision: number;
            status: components["schemas"]["StatusView"];
            tables: components["schemas"]["TableView"][];
            undo: components["schemas"]["UndoView"];
        };
        /** @description What the person was told, kept with the batch. */
        BatchEstimate: {
            /** Format: int64 */
            cost_high_micros: number;
            /** Format: int64 */
            cost_low_micros: number;
            currency: string;
            /** Format: int64 */
            n_calls: number;
            /** Format: int64 */
            tokens_high: number;
            /** Format: int64 */
            tokens_low: number;
        };
        /** @description What becomes of a batch. */
        BatchRequest: {
            /**
             * Format: double
             * @description What it may cost from now on, in all.
             */
            cap?: number | null;
            /** @description True: it stands still; false: it goes on. */
            paused: boolean;
        };
        /** @description One click on “run” and what became of it. */
        BatchView: {
            actor: string;
            /** Format: double */
            cap?: number | null;
            /**
             * Format: double
             * @description Likely cost of unknown outcomes included.
             */
            cost: number;
            currency: string;
            /** @description Failed calls by reason, the most frequent first. */
            failures: components["schemas"]["FailureGroup"][];
            field?: string | null;
            id: string;
            /** Format: int64 */
            n_cached: number;
            /** Format: int64 */
            n_done: number;
            /** Format: int64 */
            n_failed: number;
            /** Format: int64 */
            n_locked: number;
            /** Format: int64 */
            n_records: number;
            /** Format: int64 */
            n_running: number;
            /** Format: int64 */
            n_total: number;
            /** Format: int64 */
            n_unknown: number;
            paused?: components["schemas"]["Reason"] | null;
            /** Format: int64 */
            started_ms: number;
            /** @description `running`, `paused`, `done`, `failed` or `cancelled`. */
            state: string;
            table?: string | null;
            /** Format: int64 */
            tokens_in: number;
            /** Format: int64 */
            tokens_out: number;
            told?: components["schemas"]["ToldView"] | null;
        };
        /** @description What a press on a button does. */
        ButtonActionView: {
            /** @enum {string} */
            do: "open_url";
            url: string;
        } | {
            /** @enum {string} */
            do: "set_value";
            field: string;
            value: string;
        } | {
            /** Format: double */
            by: number;
            /** @enum {string} */
            do: "increment";
            field: string;
        };
        /** @description A cell; see docs/design/002-wire.md. */
        Cell: number | boolean | string | string[] | components["schemas"]["Attachment"][] | components["schemas"]["Linked"][] | {
            error: string;
        } | {
            misfit: string;
        } | {
            pending: boolean;
        } | unknown;
        /** @description What a cell of an AI field knows. */
        CellProvenance: {
            /** @description The answers that it shows (or that are offered beside it), in the order of the formula. */
            answers: components["schemas"]["AnswerView"][];
            /** @description Who said that the answer is right. */
            approved_by?: string | null;
            /** @description Every attempt at these answers, newest first. */
            attempts: components["schemas"]["LineView"][];
            /** @description Inputs that are not what they were: what they are now, by name. */
            changed: components["schemas"]["ChangedInput"][];
            /** @description The answer was there already when the cell asked. */
            from_cache: boolean;
            /** @description What was asked, by name. */
            inputs: {
                [key: string]: string;
            };
            /** @description Another model would be asked now. */
            model_changed: boolean;
            /** @description The prompt's fixed part is another one now. */
            prompt_changed: boolean;
        };
        /** @description One cell before and after. */
        ChangeView: {
            after: components["schemas"]["Cell"];
            after_text: string;
            before: components["schemas"]["Cell"];
            /** @description As the grid shows it. */
            before_text: string;
            /** @description Id of the field; empty where it is gone by now. */
            field: string;
            name: string;
            record: string;
            /** @description What the record is called now; empty where it has no name. */
            record_title: string;
            table: string;
            table_name: string;
        };
        ChangedInput: {
            name: string;
            now: string;
            was: string;
        };
        CheckResult: {
            /** @description Empty where all is well. */
            damage: components["schemas"]["DamageView"][];
        };
        ColumnChoice: {
            /** @description Place in the sheet's columns. */
            column: number;
            field_type?: components["schemas"]["FieldTypeView"] | null;
            /** @description Over field names; absent: as proposed; empty: values instead of a formula. */
            formula?: string | null;
            name?: string | null;
            skip?: boolean;
        };
        ColumnTarget: {
            field?: string | null;
            field_type?: components["schemas"]["FieldTypeView"] | null;
            /** @description `field`, `new`, `check` (only looked at) */
            kind: string;
            /** @description Of a new field. */
            name?: string | null;
        };
        /**
         * @description A command, for the API document: `kind` names it, the other members are its own
         *     (docs/design/001-doors.md, `Command`).
         */
        Command: Record<string, never> & {
            /** @description E.g. `set_cells`, `create_table`, `create_field`, `undo`. */
            kind: string;
        };
        CommandAnswer: components["schemas"]["Receipt"] & {
            retype?: components["schemas"]["RetypeView"] | null;
        };
        CommandRequest: {
            /** @description Idempotency id: a second request with it is answered, not applied. */
            client_id?: string | null;
            command: components["schemas"]["Command"];
            /** @description Only says what would happen. */
            dry_run?: boolean;
            /** @description Parts of one user action share a group and are undone together. */
            group?: string | null;
        };
        /** @description What a command made; empty lists and zeros where it made nothing of the kind. */
        CommandResult: {
            fields: string[];
            first_record?: string | null;
            /** @description For people, in the caller's language. */
            messages: string[];
            /**
             * Format: int64
             * @description AI cells answered at once from stored answers.
             */
            n_cached: number;
            /**
             * Format: int64
             * @description AI calls queued or cancelled.
             */
            n_calls: number;
            /** Format: int64 */
            n_cells: number;
            /**
             * Format: int64
             * @description Changed since, and so left as it is by a command of the history.
             */
            n_kept: number;
            /**
             * Format: int64
             * @description Cells whose input did not fit the field.
             */
            n_misfits: number;
            /**
             * Format: int64
             * @description Records made, removed, restored or asked for.
             */
            n_records: number;
            records: string[];
            tables: string[];
            views: string[];
        };
        CompareRequest: {
            base: string;
            plan: components["schemas"]["IntoPlan"];
            /** @description Place in the manifest's sheets. */
            sheet: number;
        };
        /** @description What an import into a table would do. */
        ComparisonView: {
            /** Format: int64 */
            n_added: number;
            /** Format: int64 */
            n_cells: number;
            /**
             * Format: int64
             * @description Records that change, and their cells.
             */
            n_changed: number;
            /** @description Lines of each kind that can be read. */
            n_kept: components["schemas"]["KeptLines"];
            /**
             * Format: int64
             * @description Rows that are left out.
             */
            n_left_out: number;
            /**
             * Format: int64
             * @description Cells that were locked and hold something else now.
             */
            n_locked_changed: number;
            /** Format: int64 */
            n_misfits: number;
            /**
             * Format: int64
             * @description Records that are not in the file.
             */
            n_missing: number;
            /** Format: int64 */
            n_problems: number;
            /** Format: int64 */
            n_rows: number;
            /** Format: int64 */
            n_unchanged: number;
            new_fields: string[];
            new_options: components["schemas"]["NewOptionsView"][];
            /** @description To be given with the confirmation: just this is done, or nothing. */
            seen: string;
        };
        ConditionView: {
            field: string;
            /**
             * @description `is`, `is_not`, `contains`, `not_contains`, `less`, `less_or_equal`, `greater`, `greater_or_equal`,
             *     `is_blank`, `is_not_blank`, `is_misfit`, `ai_state`, `starts_with`, `ends_with`, `between`, `not_between`
             *     (`value` is `from..to`), `any_of`, `none_of`, `all_of` (`value` lists option ids, commas between), `count_is`,
             *     `count_at_least`, `count_at_most`, `has_problem`
             */
            operator: string;
            /**
             * @description As typed; for dates also `@today`, `@yesterday`, `@tomorrow`, `@this_week`, `@last_month`, `@next_year`, …,
             *     `@last_days:7`, `@next_days:30`.
             */
            value: string;
        };
        Confirm: {
            /** @description An existing base; else a new one named `base_name`. */
            base?: string | null;
            base_name?: string | null;
            sheets: components["schemas"]["SheetChoice"][];
        };
        DamageView: {
            place: string;
            what: string;
        };
        DefaultProvider: {
            name: string;
        };
        /** @description Positions count UTF-16 code units, as texts in browsers do. */
        DiagnosticView: {
            /** @description Stable. */
            code: string;
            /** Format: int32 */
            end: number;
            fix?: components["schemas"]["FixView"] | null;
            hint?: string | null;
            message: string;
            /** @description `error` or `warning` */
            severity: string;
            /** Format: int32 */
            start: number;
        };
        /** @description What to know of a filled document. */
        DocumentNote: {
            /** @description `sheet!cell` */
            at: string;
            code: string;
            message: string;
        };
        /** @description A placeholder that means nothing. */
        DocumentProblem: {
            cell: string;
            code: string;
            hint: string;
            message: string;
            placeholder: string;
            sheet: string;
            suggestion?: string | null;
        };
        DocumentRequest: {
            /** @description The workbook, uploaded with `POST /uploads?base=`. */
            digest?: string | null;
            file_name?: string | null;
            name?: string | null;
            /** @description `record`: one document per record; `selection`: one for all chosen records. */
            per?: string | null;
            /** @description Whose records fill it. */
            table?: string | null;
        };
        DocumentView: {
            digest: string;
            error?: components["schemas"]["ErrorBody"] | null;
            file_name: string;
            id: string;
            /** @description Cells with placeholders; 0 while there are problems. */
            n_cells: number;
            name: string;
            /** @description `record` or `selection` */
            per: string;
            /** @description What must be mended before it can be filled. */
            problems: components["schemas"]["DocumentProblem"][];
            table: string;
        };
        DroppedRow: {
            cells: components["schemas"]["SampleCell"][];
            reason: string;
            /** Format: int64 */
            row: number;
        };
        /** @description Every error answer. */
        ErrorBody: {
            at?: string | null;
            /** @description Stable; translated texts may change. */
            code: string;
            hint?: string | null;
            message: string;
        };
        EstimateRequest: {
            field: string;
            plan?: components["schemas"]["AiPlan"] | null;
            /** @description `empty`, `stale`, `failed`, `all` or `{"records":["r1"]}`. */
            scope: components["schemas"]["AiScope"];
            table: string;
        };
        EstimateView: {
            /**
             * Format: double
             * @description What the batch may cost, where the owner has set a limit.
             */
            cap?: number | null;
            /** Format: double */
            cost_high: number;
            /**
             * Format: double
             * @description In `currency`.
             */
            cost_low: number;
            currency: string;
            /** @description Name of the provider that would be asked. */
            model: string;
            /**
             * Format: int64
             * @description Of these, served by stored answers, at no cost.
             */
            n_cached: number;
            /**
             * Format: int64
             * @description Questions that would be asked.
             */
            n_calls: number;
            /**
             * Format: int64
             * @description In scope, but the condition is not true of them.
             */
            n_left_out: number;
            /**
             * Format: int64
             * @description In scope but edited by hand: what they show stays.
             */
            n_locked: number;
            /**
             * Format: int64
             * @description Earlier answers of the field that the estimate knows of.
             */
            n_past: number;
            /**
             * Format: int64
             * @description Records in scope; with `with_locked` those edited by hand are among them.
             */
            n_records: number;
            /**
             * Format: int64
             * @description Questions that equal one of these: asked once.
             */
            n_repeated: number;
            /**
             * Format: int64
             * @description Questions that another run asks already.
             */
            n_waiting: number;
            /** @description It may cost more than the owner lets pass without a second look. */
            needs_confirmation: boolean;
            /** @description No AI: glossary and sentence patterns only. */
            offline_trial: boolean;
            /**
             * Format: double
             * @description At the rate that the provider allows, or that it has shown.
             */
            seconds: number;
            /** Format: int64 */
            tokens_high: number;
            /** Format: int64 */
            tokens_low: number;
        };
        ExportNote: {
            at: string;
            code: string;
        };
        /** @description What a person should know about the written file. */
        ExportReport: {
            /** @description Formula fields written as live formulas, by name. */
            live_formulas: string[];
            /** Format: int64 */
            n_pictures: number;
            /** Format: int64 */
            n_records: number;
            notes: components["schemas"]["ExportNote"][];
            /** @description Formula fields written as values, by name. */
            value_formulas: string[];
        };
        ExportView: {
            error?: components["schemas"]["ErrorBody"] | null;
            /** @description The name of the file. */
            file_name: string;
            job: string;
            progress: components["schemas"]["ProgressView"];
            report?: components["schemas"]["ExportReport"] | null;
            /** @description `running`, `done`, `failed`, `cancelled` */
            state: string;
        };
        FailureGroup: {
            code: string;
            message: string;
            /** Format: int64 */
            n: number;
        };
        /** @description The field type that fits a column. */
        FieldProposal: {
            alternatives: components["schemas"]["FieldTypeView"][];
            field_type: components["schemas"]["FieldTypeView"];
            /** Format: int64 */
            n_blank: number;
            /** Format: int64 */
            n_misfits: number;
            reasons: Record<string, never>[];
        };
        FieldTypeView: {
            /** @enum {string} */
            type: "text";
        } | {
            /** @enum {string} */
            type: "long_text";
        } | {
            /** Format: int32 */
            decimals?: number | null;
            thousands: boolean;
            /** @enum {string} */
            type: "number";
            unit: string;
        } | {
            /** @description ISO 4217. */
            code: string;
            /** Format: int32 */
            decimals: number;
            /** @enum {string} */
            type: "currency";
        } | {
            /** Format: int32 */
            decimals: number;
            /** @enum {string} */
            type: "percent";
        } | {
            /** @enum {string} */
            type: "date";
        } | {
            /** @enum {string} */
            type: "date_time";
        } | {
            /** @enum {string} */
            type: "checkbox";
        } | {
            options: components["schemas"]["OptionView"][];
            /** @enum {string} */
            type: "select";
        } | {
            options: components["schemas"]["OptionView"][];
            /** @enum {string} */
            type: "multi_select";
        } | {
            /** @enum {string} */
            type: "attachment";
        } | {
            /** @enum {string} */
            type: "url";
        } | {
            /** @enum {string} */
            type: "phone";
        } | {
            /** @enum {string} */
            type: "email";
        } | {
            /** @enum {string} */
            type: "barcode";
        } | {
            /** Format: int32 */
            max: number;
            /** @enum {string} */
            type: "rating";
        } | {
            /** Format: int32 */
            decimals: number;
            /** @enum {string} */
            type: "progress";
        } | {
            seconds: boolean;
            /** @enum {string} */
            type: "duration";
        } | {
            options: components["schemas"]["OptionView"][];
            /** @enum {string} */
            type: "person";
        } | {
            pattern: string;
            /** @enum {string} */
            type: "auto_number";
        } | {
            /** @enum {string} */
            type: "created_time";
        } | {
            /** @enum {string} */
            type: "modified_time";
        } | {
            /** @enum {string} */
            type: "created_by";
        } | {
            /** @enum {string} */
            type: "modified_by";
        } | {
            action: components["schemas"]["ButtonActionView"];
            label: string;
            /** @enum {string} */
            type: "button";
        } | {
            /** @description The field of the other table that shows the same links from there. */
            mirror?: string | null;
            /** @description At most one record per cell. */
            single: boolean;
            /** @description The table of the linked records. */
            table: string;
            /** @enum {string} */
            type: "link";
        } | {
            ai?: components["schemas"]["AiSettingsView"] | null;
            /** @description How results are shown; never itself a formula. */
            result: components["schemas"]["FieldTypeView"];
            /** @description The formula with ids (`[#f3]*2`). */
            source: string;
            /** @enum {string} */
            type: "formula";
        };
        /** @description A field with its type's settings beside it (`type` says which). */
        FieldView: components["schemas"]["FieldTypeView"] & {
            description?: string;
            /** @description The formula with names, where this is a formula field. */
            formula_text?: string | null;
            /** @description `f1` */
            id: string;
            /** @description True where people type into the cells (an AI field counts: an edit locks the cell). */
            is_editable: boolean;
            /**
             * Format: int64
             * @description Cells whose input does not fit the type.
             */
            n_misfits: number;
            name: string;
        };
        FillRequest: {
            records: string[];
        };
        FilterView: {
            any: boolean;
            conditions: components["schemas"]["ConditionView"][];
            groups: components["schemas"]["FilterView"][];
        };
        /** @description A replacement that mends a mistake. Positions count UTF-16 code units. */
        FixView: {
            /** Format: int32 */
            end: number;
            /** Format: int32 */
            start: number;
            text: string;
        };
        FormulaCheck: {
            /** @description The field being edited, so that a cycle is noticed. */
            field?: string | null;
            /** @description A record to compute a sample for. */
            sample?: string | null;
            /** @description Whether to tell what each part gives for the sample. */
            steps?: boolean;
            table: string;
            text: string;
        };
        FormulaReport: {
            diagnostics: components["schemas"]["DiagnosticView"][];
            /** @description The same formula laid out for reading; absent where there is an error. */
            formatted?: string | null;
            has_ai: boolean;
            /** @description What AI functions would ask about the sample, as it would be sent. */
            prompts: components["schemas"]["PromptView"][];
            /** @description Ids of the fields that it reads. */
            reads: string[];
            result_type?: components["schemas"]["FieldTypeView"] | null;
            sample_value?: components["schemas"]["Cell"] | null;
            /** @description Outer parts before inner ones; only where asked for, with a sample. */
            steps: components["schemas"]["PartView"][];
            tokens: components["schemas"]["TokenView"][];
        };
        /** @description Where a view shows a text. */
        FoundView: {
            /**
             * Format: int64
             * @description The number of the first hit listed.
             */
            first: number;
            hits: components["schemas"]["HitView"][];
            /** @description There are more; the rest was not counted. */
            is_cut: boolean;
            /**
             * Format: int64
             * @description Cells with the text.
             */
            n_hits: number;
            /**
             * Format: int64
             * @description Records with such a cell.
             */
            n_records: number;
            /** Format: int64 */
            revision: number;
        };
        FunctionView: {
            doc: string;
            example: string;
            /** @description Pinyin and initials of what it does. */
            keys: string;
            name: string;
            signature: string;
        };
        GroupView: {
            /** @description Footer values of this group, by field. */
            aggregates: {
                [key: string]: components["schemas"]["AggregateView"];
            };
            /** @description 0: grouped by the first field. */
            depth: number;
            /**
             * Format: int64
             * @description The first row of the view in this group.
             */
            from: number;
            /** Format: int64 */
            n_rows: number;
            /** @description What the rows have in common; of dates the first day of the span. */
            value: components["schemas"]["Cell"];
        };
        /** @description The groups of a view, each before the groups within it. */
        GroupsView: {
            /** @description Fields grouped by, outermost first. */
            fields: string[];
            groups: components["schemas"]["GroupView"][];
            /** @description There are more; the rows after these groups stand without a head. */
            is_cut: boolean;
            /** Format: int64 */
            revision: number;
        };
        Health: {
            /** @description `ok` */
            status: string;
            version: string;
        };
        /** @description One transaction. */
        HistoryRow: {
            actor: string;
            /**
             * Format: int64
             * @description Milliseconds since 1970.
             */
            at_ms: number;
            /** @description It did something that does not stand taken back already. */
            can_take_back: boolean;
            group?: string | null;
            /** @description Stable key of what was done, e.g. `set_cells`. */
            label: string;
            /** Format: int64 */
            n_cells: number;
            /**
             * Format: int64
             * @description Records made, removed or restored.
             */
            n_records: number;
            /**
             * Format: int64
             * @description Changes of tables, fields and views.
             */
            n_schema: number;
            /** Format: int64 */
            revision: number;
            /** @description Tables that it touched. */
            tables: string[];
            /**
             * Format: int64
             * @description The transaction that took it, or its group, back.
             */
            taken_back_by?: number | null;
            /**
             * Format: int64
             * @description The revision that it took back.
             */
            undoes?: number | null;
        };
        HitView: {
            field: string;
            record: string;
            /**
             * Format: int64
             * @description In the order of the view, from 0.
             */
            row: number;
        };
        ImportCell: {
            is_misfit: boolean;
            name: string;
            new: string;
            old: string;
        };
        ImportLine: {
            cells: components["schemas"]["ImportCell"][];
            label: string;
            record?: string | null;
            /**
             * Format: int64
             * @description Row of the file.
             */
            row?: number | null;
        };
        /** @description Lines of one kind. */
        ImportLines: {
            lines: components["schemas"]["ImportLine"][];
            problems: components["schemas"]["ImportProblem"][];
        };
        /** @description Something a person should know about the reading. */
        ImportNote: {
            /** @description `sheet!cell` where there is one. */
            at?: string | null;
            /** @description Stable. */
            code: string;
            en: string;
            /** @description `info` or `warning` */
            level: string;
            zh: string;
        };
        ImportProblem: {
            /**
             * @description `twice_in_file`, `twice_in_table`, `no_key`, `not_in_table`, `record_gone`, `misfit`, `misfit_kept`,
             *     `locked_changed`
             */
            code: string;
            /** @description Letters of the column in the file. */
            column?: string | null;
            message: string;
            name: string;
            /** Format: int64 */
            row?: number | null;
            value: string;
        };
        ImportReportView: {
            /** @description Formula fields that give what the file says, by name. */
            formulas: string[];
            /** @description What was done to tables that were there. */
            into: components["schemas"]["IntoReportView"][];
            /** Format: int64 */
            n_pictures: number;
            /** Format: int64 */
            n_records: number;
            notes: components["schemas"]["ImportNote"][];
        };
        ImportView: {
            base?: string | null;
            error?: components["schemas"]["ErrorBody"] | null;
            job: string;
            /** @description The file's name. */
            label: string;
            manifest?: components["schemas"]["Manifest"] | null;
            progress: components["schemas"]["ProgressView"];
            report?: components["schemas"]["ImportReportView"] | null;
            /** @description `staging`, `previewed`, `importing`, `done`, `failed`, `cancelled` */
            state: string;
            /** @description The tables that were made or changed. */
            tables: string[];
        };
        IntoColumn: {
            /** @description Place in the sheet's columns. */
            column: number;
            to: components["schemas"]["ColumnTarget"];
        };
        /** @description How a sheet goes into a table. */
        IntoPlan: {
            add_options: boolean;
            /** @description Blank cells of the file: `keep` what is there, or `clear` it. */
            blanks: string;
            /** @description By the ids of the records, which a sheet of our own holds. */
            by_record: boolean;
            /** @description Columns that are not named here are left out. */
            columns: components["schemas"]["IntoColumn"][];
            /** @description Fields that tell the records apart. */
            keys: string[];
            /** @description Values that do not fit: `leave` the record as it is, or `write` them, marked. */
            misfits: string;
            /** @description `add`, `update`, `both` */
            mode: string;
            /** @description Records that are not in the file go to the trash. */
            remove_missing: boolean;
            table: string;
        };
        IntoReportView: {
            /** Format: int64 */
            n_added: number;
            /** Format: int64 */
            n_changed: number;
            /** Format: int64 */
            n_left_out: number;
            /** Format: int64 */
            n_removed: number;
            table: string;
        };
        IntoTargets: {
            base?: string | null;
            base_name?: string | null;
            /** @description By place in the manifest's sheets: the tables of the base, the likeliest first. */
            sheets: components["schemas"]["TableFitView"][][];
        };
        /** @description One line of the job panel. */
        Job: {
            base?: string | null;
            /** Format: int64 */
            done: number;
            error?: components["schemas"]["ErrorBody"] | null;
            id: string;
            /** @description `import`, `export`, `ai` */
            kind: string;
            /** @description File or field name. */
            label: string;
            message?: string | null;
            /**
             * Format: int64
             * @description 0 while unknown.
             */
            of: number;
            /** @description `staging`, `previewed`, `running`, `done`, `failed`, `cancelled` */
            state: string;
        };
        JobMade: {
            job: string;
        };
        KeptLines: {
            added: number;
            changed: number;
            missing: number;
            problems: number;
        };
        KeyFitView: {
            field: string;
            is_unique_in_file: boolean;
            is_unique_in_table: boolean;
            /** Format: int64 */
            n_both: number;
            name: string;
        };
        LedgerView: {
            /** @description Newest first. */
            lines: components["schemas"]["LineView"][];
            /** @description Over the whole base, by currency. */
            totals: components["schemas"]["SpentView"][];
        };
        /** @description The owner's limits, in the currency of the provider that is asked; absent ones do not limit. */
        LimitsView: {
            /**
             * Format: double
             * @description A batch that may cost more is to be confirmed once more.
             */
            confirm_above?: number | null;
            /**
             * Format: double
             * @description What the base may cost, in all.
             */
            per_base?: number | null;
            /**
             * Format: double
             * @description What one click may cost.
             */
            per_batch?: number | null;
            /**
             * Format: double
             * @description What all may spend within 24 hours.
             */
            per_day?: number | null;
            /**
             * Format: double
             * @description What a field may cost, in all.
             */
            per_field?: number | null;
            /**
             * Format: double
             * @description What a person may spend within 24 hours.
             */
            per_person?: number | null;
        };
        /** @description One attempt. */
        LineView: {
            /** @description Who asked. */
            actor: string;
            /** Format: int64 */
            at_ms: number;
            batch: string;
            /** Format: double */
            cost: number;
            currency: string;
            field?: string | null;
            /** Format: int64 */
            id: number;
            key: string;
            model: string;
            /** @description `ok`, `unknown` or the code of an error. */
            outcome: string;
            provider: string;
            /** Format: int64 */
            tokens_in: number;
            /** Format: int64 */
            tokens_out: number;
            /** Format: int64 */
            took_ms: number;
            /** @description Nobody knows whether it was charged; `cost` is what it likely was. */
            unknown: boolean;
        };
        Linked: {
            /** @description `r1` */
            id: string;
            /** @description What the record is called: its first field as shown. */
            text: string;
        };
        /** @description What was found in a file. */
        Manifest: {
            /** @description Of text files. */
            encoding?: string | null;
            file_name: string;
            /** @description `xlsx`, `xls`, `xlsb`, `ods`, `csv`, `tsv` or `text`, by content. */
            format: string;
            notes: components["schemas"]["ImportNote"][];
            sheets: components["schemas"]["ManifestSheet"][];
        };
        ManifestColumn: {
            formula?: components["schemas"]["ProposedFormula"] | null;
            hidden: boolean;
            /** Format: int32 */
            key: number;
            name: string;
            proposal: components["schemas"]["FieldProposal"];
            /** @description Letters of the column in the file, e.g. `C`. */
            source_column: string;
            /** Format: int32 */
            width_px?: number | null;
        };
        ManifestSheet: {
            columns: components["schemas"]["ManifestColumn"][];
            /** @description Total rows that were taken out. */
            dropped_rows: components["schemas"]["DroppedRow"][];
            /**
             * Format: int64
             * @description 1-based; 0 where there is none.
             */
            header_row: number;
            hidden: boolean;
            /** Format: int32 */
            n_batches: number;
            /** Format: int64 */
            n_dropped_rows: number;
            /** Format: int64 */
            n_rows: number;
            name: string;
            notes: components["schemas"]["ImportNote"][];
            own?: components["schemas"]["OwnTable"] | null;
            /** @description Where the records stand in the file. */
            rows: Record<string, never>;
            /** @description The first rows, one cell per column. */
            sample_rows: components["schemas"]["SampleCell"][][];
            /** @description Lines above the header. */
            title_lines: string[];
        };
        /** @description A kept mapping. */
        MappingView: {
            /** @description The columns of the file. */
            headers: string[];
            id: string;
            name: string;
            table: string;
            /** Format: int64 */
            used_at_ms: number;
        };
        /** @description How a field is found while typing. */
        NameKeys: {
            field: string;
            /** @description Pinyin and initials of the field's name, and of the table's: `danjia dj`. */
            keys: string;
            table: string;
        };
        NewBase: {
            name: string;
            /** @description Key of a template (`GET /templates`); absent: an empty base. */
            template?: string | null;
        };
        NewExport: {
            /** @description Of CSV: `utf-8` (default) or `gb18030`. */
            encoding?: string | null;
            /** @description `xlsx`, `csv` or `parquet` */
            format: string;
            /** @description Absent: all tables, which only a workbook can hold. */
            table?: string | null;
            /** @description Its fields, records and order; absent: everything. */
            view?: string | null;
        };
        NewFillIn: {
            /** @description The fields that may be written; all others are locked. */
            fill: string[];
            /** @description Rows may be added below. */
            may_add?: boolean;
            table: string;
            /** @description Its fields, records and order; absent: everything. */
            view?: string | null;
        };
        NewImport: {
            /** @description The base it is meant for, if that is known already. */
            base?: string | null;
            /** @description From `POST /uploads`. */
            upload: string;
        };
        NewOptionsView: {
            field: string;
            names: string[];
        };
        OptionView: {
            /**
             * Format: int32
             * @description 0–11: one of the twelve tints.
             */
            color: number;
            /** @description `o1` */
            id: string;
            name: string;
        };
        OwnTable: {
            base: string;
            /** @description Places of the columns that were to be filled in. */
            fill: number[];
            records?: string | null;
            /** @description Place of the column that holds the ids of the records. */
            records_column: number;
            table: string;
        };
        /** @description A part of the formula and what it gives. Positions count UTF-16 code units. */
        PartView: {
            /**
             * Format: int32
             * @description Parts that it is inside of.
             */
            depth: number;
            /** Format: int32 */
            end: number;
            /** Format: int32 */
            start: number;
            /** @description As it is shown; texts in quotes. */
            value: string;
        };
        PresetModelView: {
            name: string;
            /**
             * Format: double
             * @description Per million tokens.
             */
            price_in: number;
            /** Format: double */
            price_out: number;
        };
        PresetView: {
            base_url: string;
            currency: string;
            hint: string;
            image_model?: string | null;
            key: string;
            /** @description Where keys are made. */
            key_url?: string | null;
            models: components["schemas"]["PresetModelView"][];
            name: string;
            needs_key: boolean;
            /** @description The month of the prices. */
            prices_of: string;
            /** Format: int32 */
            rpm: number;
        };
        PrintView: {
            /** @description A whole page without scripts. */
            html: string;
            notes: components["schemas"]["DocumentNote"][];
        };
        ProgressView: {
            /** Format: int64 */
            done: number;
            /**
             * Format: int64
             * @description 0 while unknown.
             */
            of: number;
        };
        /** @description A question to a model. */
        PromptView: {
            /** Format: int32 */
            n_pictures: number;
            /** @description The fixed part. */
            system: string;
            /** @description The request and the record's data. */
            user: string;
        };
        ProposalView: {
            /** @description The sheet holds the ids of the table's records. */
            has_records: boolean;
            /** @description Fields that may tell the records apart, the best first. */
            keys: components["schemas"]["KeyFitView"][];
            plan: components["schemas"]["IntoPlan"];
            saved?: string | null;
            /** @description By place in the sheet's columns: `exact`, `written`, `synonym`, `pinyin`, `similar`, `saved`, `own`. */
            why: (string | null)[];
        };
        ProposeRequest: {
            base: string;
            /** @description As if no mapping were kept. */
            fresh?: boolean;
            /** @description Place in the manifest's sheets. */
            sheet: number;
            table: string;
        };
        /** @description One formula filled down the column, over field names. */
        ProposedFormula: {
            checked: boolean;
            /** Format: int64 */
            n_exceptions: number;
            /** Format: int64 */
            n_rows: number;
            original: string;
            /** @description Empty where it could not be carried over. */
            text: string;
            why_not?: string | null;
        };
        ProvenanceView: {
            /**
             * Format: int64
             * @description Milliseconds since 1970.
             */
            at_ms: number;
            /** @description Rules that earlier attempts broke. */
            broken: string[];
            /**
             * Format: double
             * @description In `currency`.
             */
            cost: number;
            currency: string;
            model: string;
            /**
             * Format: int32
             * @description Calls that were made for it, failed ones included.
             */
            n_attempts: number;
            /** @description Made by the built-in offline trial, without any AI. */
            offline_trial: boolean;
            prompt_version: string;
            provider: string;
            /** @description The rule that it still breaks. */
            review?: string | null;
            /** Format: int64 */
            tokens_in: number;
            /** Format: int64 */
            tokens_out: number;
        };
        /** @description What a person enters for a provider. */
        ProviderInput: {
            /** @description Absent: the preset's. */
            base_url?: string | null;
            /** @description ISO 4217. */
            currency?: string | null;
            image_model?: string | null;
            /** @description Absent: the one that is kept stays; empty: it is removed. */
            key?: string | null;
            /**
             * Format: int32
             * @description Questions at a time, at most; 0: not known.
             */
            max_parallel?: number | null;
            /** @description Absent: the preset's first. */
            model?: string | null;
            /** @description Key of a preset (`GET /providers/presets`); `custom` for any compatible address. */
            preset: string;
            /**
             * Format: double
             * @description Per million tokens.
             */
            price_in?: number | null;
            /** Format: double */
            price_out?: number | null;
            /**
             * Format: int32
             * @description Requests per minute; 0: no limit known.
             */
            rpm?: number | null;
        };
        ProviderView: {
            base_url: string;
            currency: string;
            has_key: boolean;
            image_model?: string | null;
            /** @description The last characters of the key. */
            key_tail?: string;
            /**
             * Format: int32
             * @description Questions at a time, at most; 0: not known.
             */
            max_parallel: number;
            model: string;
            name: string;
            /** @description The built-in model that uses no AI: glossary and sentence patterns only. */
            offline_trial: boolean;
            preset: string;
            /**
             * Format: double
             * @description Per million tokens.
             */
            price_in: number;
            /** Format: double */
            price_out: number;
            /** Format: int32 */
            rpm: number;
        };
        ProvidersView: {
            /** @description Name of the model that AI fields without one use. */
            default: string;
            /** @description The built-in offline trial is always the first. */
            providers: components["schemas"]["ProviderView"][];
        };
        Reason: {
            code: string;
            message: string;
        };
        /** @description A durable command. */
        Receipt: {
            /** @description The command had been applied before. */
            repeated: boolean;
            result: components["schemas"]["CommandResult"];
            /** Format: int64 */
            revision: number;
        };
        /** @description The shape of a record, for the API document; [`write_record`] writes it. */
        Record: {
            cells: {
                [key: string]: components["schemas"]["Cell"];
            };
            /** @description `r1` */
            id: string;
            notes: {
                [key: string]: components["schemas"]["AiNote"];
            };
            /** Format: int64 */
            revision: number;
        };
        /** @description One transaction that touched a record. */
        RecordHistoryRow: components["schemas"]["HistoryRow"] & {
            changes: components["schemas"]["ChangeView"][];
            /** @description `created`, `edited`, `removed` or `restored`. */
            what: string;
        };
        Restored: {
            bases: components["schemas"]["RestoredBase"][];
        };
        /** @description A base that a restore brought back. */
        RestoredBase: {
            /** @description A new one where the old id was taken. */
            id: string;
            name: string;
        };
        /** @description How long history is kept. */
        Retention: {
            /**
             * Format: int32
             * @description At least 30. Absent or null: for ever. What is older is forgotten for good, together with what has been in the
             *     trash since then.
             */
            days?: number | null;
        };
        /** @description What a change of type would do. */
        RetypeView: {
            /**
             * Format: int64
             * @description Of these, how many would not fit (kept as typed).
             */
            n_misfits: number;
            /**
             * Format: int64
             * @description Records with a value.
             */
            n_values: number;
            /** @description The first few that would not fit. */
            samples: string[];
        };
        /** @description What a marketplace asks of one part of a listing. */
        RulePresetView: {
            /** @description When the source was looked at, `YYYY-MM`. */
            checked: string;
            id: string;
            note_en: string;
            note_zh: string;
            /** @description `title`, `bullet`, `description`, `keywords`, … */
            part: string;
            platform: string;
            /** @description As in the settings of an AI field. */
            rules: Record<string, never>[];
            source: string;
        };
        SampleCell: {
            /** @description `blank`, `number`, `date`, `bool`, `text`, `error`, `pictures` */
            kind: string;
            pictures?: components["schemas"]["Attachment"][] | null;
            text: string;
        };
        /** @description A change of a table, field or view. */
        SchemaChange: {
            /** @description As it was called before. */
            name: string;
            /** @description As it is called after it, where that is another name. */
            renamed?: string | null;
            table: string;
            table_name: string;
            /** @description `base_renamed`; `table_`, `field_`, `view_` and `added`, `removed`, `restored`, `changed` or `moved`. */
            what: string;
        };
        SheetChoice: {
            /** @description Columns that are not named here are imported as proposed. */
            columns?: components["schemas"]["ColumnChoice"][];
            into?: components["schemas"]["IntoPlan"] | null;
            /** @description Keeps the mapping with the base, for the next file with these columns. */
            save?: boolean;
            /** @description `seen` of the comparison that the person looked at; absent: whatever there is to do. */
            seen?: string | null;
            /** @description Place in the manifest's sheets. */
            sheet: number;
            /** @description Absent: the sheet's name. */
            table_name?: string | null;
        };
        SortView: {
            /** @description `day`, `month` or `year`: dates of one such span stand together. */
            by?: string | null;
            descending: boolean;
            field: string;
        };
        SpentView: {
            /** Format: double */
            cost: number;
            currency: string;
            /** Format: int64 */
            n_attempts: number;
            /** Format: int64 */
            n_unknown: number;
            /** Format: int64 */
            tokens_in: number;
            /** Format: int64 */
            tokens_out: number;
        };
        StatusView: {
            /** @enum {string} */
            state: "ok";
        } | {
            /** @description Why, e.g. `disk_full`, `disk_error`, `file_in_use`, `log_damaged`, `cells_damaged`. */
            code: string;
            /** @description What happened and what to do about it. */
            reason: string;
            /** @enum {string} */
            state: "read_only";
        } | {
            /** Format: int64 */
            done: number;
            /** Format: int64 */
            of: number;
            /** @enum {string} */
            state: "recomputing";
        };
        /** @description A step: one transaction, or all of its group. */
        StepView: {
            /** @description The first 200. */
            changes: components["schemas"]["ChangeView"][];
            /** Format: int64 */
            n_changes: number;
            /** Format: int64 */
            records_added: number;
            /** Format: int64 */
            records_removed: number;
            /** Format: int64 */
            records_restored: number;
            /** @description Of the newest part, counts of all parts together. */
            row: components["schemas"]["HistoryRow"];
            schema: components["schemas"]["SchemaChange"][];
        };
        /** @description A table that a sheet may be for. */
        TableFitView: {
            /** @description The sheet was written from it, to be filled in. */
            is_own: boolean;
            is_proposed: boolean;
            n_matched: number;
            name: string;
            /** @description A kept mapping has just these columns. */
            saved?: string | null;
            table: string;
        };
        TableView: {
            description?: string;
            fields: components["schemas"]["FieldView"][];
            /** @description `t1` */
            id: string;
            /** Format: int64 */
            n_records: number;
            name: string;
            views: components["schemas"]["ViewView"][];
        };
        /** @description What taking back, or going back, would do. */
        TakeBackPreview: {
            /** @description The first 50: `before` is what the step had left, `after` what is there now. */
            conflicts: components["schemas"]["ChangeView"][];
            /** Format: int64 */
            n_cells: number;
            /**
             * Format: int64
             * @description Changed since; it would be left as it is.
             */
            n_conflicts: number;
            /** Format: int64 */
            n_records_removed: number;
            /** Format: int64 */
            n_records_restored: number;
            /**
             * Format: int64
             * @description Changes of tables, fields and views.
             */
            n_schema: number;
        };
        TemplateView: {
            description: string;
            key: string;
            /** Format: int64 */
            n_tables: number;
            /** @description In the caller's language. */
            title: string;
        };
        TestLine: {
            ok: boolean;
            text: string;
        };
        TestProposal: {
            base_url: string;
            model: string;
        };
        TestResult: {
            /** @description Stable code of the failure. */
            code?: string | null;
            /** @description What the provider said about it. */
            detail?: string | null;
            /** @description What was found, in the caller's language. */
            lines: components["schemas"]["TestLine"][];
            /** @description As named by the provider. */
            model: string;
            ok: boolean;
            proposed?: components["schemas"]["TestProposal"] | null;
            /** Format: int64 */
            took_ms: number;
        };
        /** @description Positions count UTF-16 code units, as texts in browsers do. */
        TokenView: {
            /** Format: int32 */
            end: number;
            kind: string;
            /** Format: int32 */
            start: number;
        };
        ToldView: {
            /** Format: double */
            cost_high: number;
            /** Format: double */
            cost_low: number;
            currency: string;
            /** Format: int64 */
            n_calls: number;
            /** Format: int64 */
            tokens_high: number;
            /** Format: int64 */
            tokens_low: number;
        };
        /** @description Something in the trash. */
        TrashItem: {
            actor: string;
            /** Format: int64 */
            at_ms: number;
            field?: string | null;
            /**
             * Format: int64
             * @description When it leaves the trash.
             */
            gone_at_ms: number;
            /** @description `table`, `field`, `view` or `records`. */
            kind: string;
            /**
             * Format: int64
             * @description Records in it.
             */
            n_records: number;
            /** @description Of the table, field or view; of records what the first one is called. */
            name: string;
            /** @description The first 1,000 removed records. */
            records: string[];
            /**
             * Format: int64
             * @description What put it there.
             */
            revision: number;
            table: string;
            table_name: string;
            view?: string | null;
        };
        TriedCellView: {
            /** @description Why it has no answer: a code. */
            failed?: string | null;
            /** @description The question as it is sent. */
            prompt: string;
            /** @description Absent until it is answered. */
            text?: string | null;
        };
        /** @description Which records and formulas are to be shown. */
        TryRequest: {
            field: string;
            /** @description As typed; an empty one is the field's own. */
            formulas: string[];
            plan?: components["schemas"]["AiPlan"] | null;
            /** @description These records; absent: a few varied ones of the scope. */
            records?: string[] | null;
            scope: components["schemas"]["AiScope"];
            table: string;
        };
        TryView: {
            /** @description Per formula, per record. */
            columns: components["schemas"]["TriedCellView"][][];
            /** @description What the first field shows of each record. */
            names: string[];
            records: string[];
        };
        UndoView: {
            can_redo: boolean;
            can_undo: boolean;
            redo_label?: string | null;
            undo_label?: string | null;
        };
        Unlock: {
            /** @description That the workbook is opened with; kept nowhere. */
            password: string;
        };
        /** @description One of the two, by the `base` parameter. */
        UploadAnswer: components["schemas"]["UploadMade"] | components["schemas"]["Attachment"];
        /** @description An uploaded file that waits to be imported. */
        UploadMade: {
            upload: string;
        };
        ViewFieldView: {
            field: string;
            /** @description `sum`, `average`, `min`, `max`, `count`, `filled`, `blank`, `distinct` */
            footer?: string | null;
            hidden: boolean;
            /** Format: int32 */
            width_px?: number | null;
        };
        /** @description A view with its filter, sorts, groups and field settings. */
        ViewView: {
            fields: components["schemas"]["ViewFieldView"][];
            filter: components["schemas"]["FilterView"];
            /** Format: int32 */
            frozen_fields: number;
            groups: components["schemas"]["SortView"][];
            /** @description `v1` */
            id: string;
            /** @description `grid` */
            kind: string;
            name: string;
            /** @description `compact`, `normal`, `comfortable`, `picture`, `large_picture` */
            row_height: string;
            sorts: components["schemas"]["SortView"][];
        };
        /** @description The shape of a window, for the API document; [`write_window`] writes it. */
        Window: {
            /**
             * @description Per field id one cell per row: `null`, number, text, boolean, list, or an object with one of
             *     `error`, `misfit`, `pending`.
             */
            columns: {
                [key: string]: components["schemas"]["Cell"][];
            };
            /** Format: int64 */
            from: number;
            /**
             * Format: int64
             * @description Rows of the whole view.
             */
            n_total: number;
            /** @description Per field id the AI notes by row. */
            notes: {
                [key: string]: {
                    [key: string]: components["schemas"]["AiNote"];
                };
            };
            /** @description Record ids by row. */
            records: string[];
            /** Format: int64 */
            revision: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
