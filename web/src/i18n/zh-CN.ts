/** Simplified Chinese, written first. Keys are flat; a test compares them with English and with their uses. */
export const zh = {
  appName: "算盘", close: "关闭", cancel: "取消", save: "保存", retry: "重试", delete: "删除", undo: "撤销", redo: "重做", more: "更多", loading: "正在打开…",
  done: "完成", back: "返回", rename: "重命名", open: "打开", language: "English", settings: "设置", home: "首页", or: "或",
  // start
  dropTitle: "把 Excel、WPS 或 CSV 拖到这里", dropHint: "图片、公式、前导零都会保留；导入前先预览，不满意可以一步撤销", chooseFile: "选择文件", dropSmall: "支持 xlsx、xls、et、csv，最大 200 MB",
  recent: "我的数据", templates: "从模板开始", blank: "空白数据表", blankHint: "从一张空表开始，像在 WPS 里一样直接输入", tables_n: "{{n}} 张表", records_n: "{{n}} 行",
  noBases: "还没有数据。拖一个文件进来，或者选一个模板。", untitled: "未命名", deletedBase: "已把“{{name}}”移到回收站", damagedBase: "打不开：{{why}}",
  // import
  importTitle: "导入", uploading: "正在上传 {{percent}}%", staging: "正在读取文件…", importing: "正在导入 {{done}} / {{of}} 行", otherFile: "换一个文件", importFailed: "没有导入，原有数据没有改动",
  sheetName: "表名", titleLines: "标题行（保留为表的说明）", headerRow: "表头在第 {{row}} 行", droppedRows: "不导入的行：{{n}} 行（{{what}}）", notesTitle: "说明", skipSheet: "不导入这张表", skipColumn: "不导入", keepColumn: "恢复导入",
  confirmImport: "导入 {{n}} 行", toNewBase: "新建：", misfits_n: "{{n}} 个不符合，会保留原文", blanks_n: "{{n}} 个空", sampleRows: "前 {{n}} 行预览", asValues: "按数值导入", asFormula: "公式", hiddenSheet: "隐藏",
  reason_leading_zeros: "有前导零，按文本保留", reason_long_digits: "数字太长，按文本保留", reason_code_name: "看名字是编号", reason_few_values: "只有几种值", reason_pictures: "含图片", reason_number_format: "按数字格式", reason_dates: "是日期", reason_money_name: "看名字是金额", reason_numbers: "是数字", reason_texts: "是文本", reason_links: "是网址", reason_long_texts: "文字较长", reason_checkboxes: "是/否", reason_all_blank: "全是空的", reason_drop_down: "有下拉选项", reason_formula: "整列公式",
  // base
  newTable: "新建表", tableName: "表名", renameTable: "重命名表", deleteTable: "删除表", collapse: "收起侧栏", expand: "展开侧栏", addField: "新增字段", addRecord: "新增一行",
  allFields: "字段", hiddenFields: "隐藏了 {{n}} 个字段", filter: "筛选", sort: "排序", rowHeight: "行高", find: "查找", findPlaceholder: "在表中查找", exportTable: "导出", history: "历史", jobs: "任务", jobs_n: "任务 {{n}}",
  height_compact: "紧凑", height_normal: "标准", height_comfortable: "宽松", height_picture: "图片", height_large_picture: "大图",
  filterField: "字段", filterOperator: "条件", filterValue: "值", addCondition: "添加条件", addSort: "添加排序", ascending: "升序", descending: "降序", clearAll: "清空", match_all: "符合全部条件", match_any: "符合任一条件",
  op_is: "等于", op_is_not: "不等于", op_contains: "包含", op_not_contains: "不包含", op_less: "小于", op_less_or_equal: "小于等于", op_greater: "大于", op_greater_or_equal: "大于等于", op_is_blank: "为空", op_is_not_blank: "不为空", op_is_misfit: "不符合类型", op_ai_state: "AI 状态",
  offline: "离线，{{n}} 处修改等待发送", offlineIdle: "连接断开，正在重连…", reconnect: "现在重连", readOnly: "只读：{{why}}", recomputing: "正在计算 {{done}} / {{of}}",
  emptyTable: "这张表还没有记录", emptyFind: "没有找到“{{text}}”", rowsSelected: "已选 {{rows}} 行 × {{cols}} 列", nRows: "{{n}} 行",
  deleteRows: "删除 {{n}} 行", openRecord: "展开记录", copyHint: "复制 Ctrl+C · 粘贴 Ctrl+V", runAiHere: "对选中的行运行 AI", saveRefused: "没有保存：{{why}}", tooLarge: "一次最多处理 {{most}} 个，这次有 {{n}} 个", copyRefused: "有 {{n}} 行还没加载，请稍候再复制",
  // fields
  fieldName: "字段名", fieldType: "类型", insertLeft: "在左边插入", insertRight: "在右边插入", hideField: "隐藏字段", showField: "显示", deleteField: "删除字段", editField: "修改字段", editFormula: "编辑公式", sortAscending: "按升序排列", sortDescending: "按降序排列", deletedField: "已删除字段“{{name}}”",
  type_text: "文本", type_long_text: "长文本", type_number: "数字", type_currency: "金额", type_percent: "百分比", type_date: "日期", type_date_time: "日期时间", type_checkbox: "勾选", type_select: "单选", type_multi_select: "多选", type_attachment: "图片和附件", type_url: "网址", type_formula: "公式", type_ai_translate: "AI 翻译", type_ai_copy: "AI 文案", type_ai_image_prompt: "AI 图片提示词",
  decimals: "小数位数", decimalsAuto: "自动", thousands: "千位分隔", unit: "单位", currencyCode: "币种", options: "选项", optionName: "选项名称", addOption: "添加选项", retypePreview: "{{values}} 个值可以转换", retypeMisfits: "{{n}} 个值不符合新类型，会原样保留并标出：{{samples}}", createField: "添加字段", formula: "公式", duplicateName: "已经有字段叫“{{name}}”",
  // formula editor
  formulaHint: "输入 [ 选择字段，输入函数名查看用法", liveValue: "当前记录的结果", resultType: "结果类型", functions: "函数", noProblems: "没有问题",
  // ai
  aiSource: "要翻译的字段", aiLanguage: "翻译成", aiFacts: "参考哪些字段", aiInstruction: "要写什么", aiInstructionExample: "例如：一句 20 个字以内的卖点", aiStyle: "画面风格", aiStyleExample: "例如：白底产品图，柔和日光", lang_en: "英语", lang_es: "西班牙语", lang_ar: "阿拉伯语", lang_ru: "俄语", lang_ja: "日语", lang_ko: "韩语", lang_fr: "法语", lang_pt: "葡萄牙语", lang_de: "德语", aiPolicy: "数据变了以后", policy_manual: "标为过期，由我决定是否重跑", policy_auto: "自动重跑",
  runAi: "运行 AI", runAiPrice: "运行 AI · 约 {{price}}", runAiFree: "运行 AI · 免费", scope: "范围", scope_empty: "还没有结果的行", scope_stale: "过期的行", scope_failed: "失败的行", scope_all: "全部行", scope_selected: "选中的 {{n}} 行", estRecords: "涉及", estCached: "已有答案，免费", estLocked: "手工改过，跳过", estCalls: "要问模型", estTokens: "约用量", estCost: "约费用", estModel: "模型", tokens: "{{low}}–{{high}} token", calls_n: "{{n}} 次", nothingToRun: "没有需要运行的行",
  offlineTrial: "离线试用", offlineTrialNote: "还没有配置 AI 模型，现在用内置的“离线试用”：只按词表和句型生成，不是真正的 AI。", configureModel: "配置 AI 模型", aiBatch: "AI 任务", stopBatch: "停止", batchDone: "完成 {{done}} / {{of}}",
  ai_queued: "排队中", ai_running: "正在生成", ai_ok: "已完成", ai_needs_review: "需要检查", ai_failed: "失败", ai_stale: "过期：参考的数据改过", ai_locked: "手工改过，AI 不会覆盖", ai_skipped: "已跳过", provModel: "模型", provTime: "时间", provTokens: "用量", provCost: "费用", misfitHint: "内容不符合字段类型，已原样保留", pendingHint: "等待 AI 结果",
  reason_wrong_key: "API Key 不正确", reason_balance_exhausted: "账户余额不足", reason_rate_limited: "请求太频繁", reason_bad_request: "模型不接受这个请求", reason_model_not_found: "找不到这个模型", reason_context_too_long: "内容太长", reason_content_filtered: "被内容安全拦截", reason_server_error: "模型服务出错", reason_overloaded: "模型服务繁忙", reason_timeout: "等待超时", reason_stalled: "回答中断", reason_truncated: "回答不完整", reason_garbage: "回答无法识别", reason_network: "网络不通", reason_leftover_chinese: "译文里还有中文",
  // settings
  providers: "AI 模型", addProvider: "添加模型", providerName: "名称", preset: "服务商", baseUrl: "接口地址", model: "模型", apiKey: "API Key", apiKeyKept: "已保存（····{{tail}}），留空则不变", priceIn: "输入价 / 百万 token", priceOut: "输出价 / 百万 token", testProvider: "测试", testing: "正在测试…", setDefault: "设为默认", isDefault: "默认", keyNote: "Key 加密保存在本机，不会再显示或发送到浏览器。", pricesOf: "参考价格日期 {{date}}，以服务商为准", preset_custom: "其他兼容接口",
  // jobs, export, history, records
  kind_import: "导入", kind_export: "导出", kind_ai: "AI", state_staging: "读取中", state_previewed: "待确认", state_importing: "导入中", state_queued: "排队中", state_running: "进行中", state_done: "完成", state_failed: "失败", state_cancelled: "已取消", state_paused: "已暂停", noJobs: "没有任务", download: "下载", exporting: "正在导出…",
  export_xlsx: "Excel（含图片和公式）", export_csv: "CSV（UTF-8）", export_csv_gb: "CSV（GB18030，旧版软件）", export_parquet: "Parquet", exportBase: "导出全部表为 Excel",
  noHistory: "还没有修改记录", record: "记录", noTitle: "无标题", previousRecord: "上一条", nextRecord: "下一条", cells_n: "{{n}} 个单元格",
  label_set_cells: "修改单元格", label_paste_cells: "粘贴", label_create_records: "新增记录", label_delete_records: "删除记录", label_restore_records: "恢复记录", label_create_table: "新建表", label_delete_table: "删除表", label_rename_table: "重命名表", label_create_field: "新增字段", label_update_field: "修改字段", label_delete_field: "删除字段", label_move_field: "移动字段", label_update_view: "修改视图", label_append_columns: "导入数据", label_run_ai: "运行 AI", label_settle_calls: "AI 结果", label_cancel_ai: "停止 AI", label_undo: "撤销", label_redo: "重做", label_rename_base: "重命名",
  label_import: "导入数据", label_create_view: "新建视图", label_delete_view: "删除视图", label_move_table: "移动表", label_restore_table: "恢复表", label_restore_field: "恢复字段",
  viewAsCards: "卡片", viewAsGrid: "表格", justNow: "刚刚",
  // grid and editors
  gridLabel: "数据表格", gridLoading: "正在加载", checked: "已勾选", unchecked: "未勾选", gridRow: "第 {row} 行", search: "搜索", noOptions: "没有选项", createOption: "新建“{name}”", clear: "清除", today: "今天", typeDate: "输入日期，如 2026-11-22", previousMonth: "上个月", nextMonth: "下个月", weekdays: "一,二,三,四,五,六,日", month: "{year}年{month}月", time: "时间", addFiles: "添加图片或文件", dropFiles: "拖到这里", uploadingFiles: "正在上传 {n} 个文件", uploadFailed: "上传失败，请重试", remove: "移除", viewLarge: "查看大图", noFiles: "还没有文件",
};
