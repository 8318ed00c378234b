//! `suanpan eval`: one answer per line, whatever the line holds.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn answers(input: impl AsRef<[u8]>) -> Vec<Value> {
    let mut out = Vec::new();
    server::cli::eval::run(input.as_ref(), &mut out).unwrap();
    String::from_utf8(out)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn code(answer: &Value) -> &str {
    answer["diagnostics"][0]["code"].as_str().unwrap()
}

#[test]
fn values_errors_and_types() {
    let cases = [
        (r#"{"formula":"1+1"}"#, json!({"value":2,"type":"number"})),
        (
            r#"{"formula":"=0.1+0.2"}"#,
            json!({"value":0.1 + 0.2,"type":"number"}),
        ),
        (r#"{"formula":"-0"}"#, json!({"value":0,"type":"number"})),
        (r#"{"formula":"0*-1"}"#, json!({"value":0,"type":"number"})),
        (r#"{"formula":"1/0"}"#, json!({"error":"#DIV/0!"})),
        (r#"{"formula":"1E300*1E300"}"#, json!({"error":"#NUM!"})),
        (
            r#"{"formula":"\"a\"&1"}"#,
            json!({"value":"a1","type":"text"}),
        ),
        (
            r#"{"formula":"1<2"}"#,
            json!({"value":true,"type":"checkbox"}),
        ),
        (
            r#"{"formula":"DATE(2026,11,22)"}"#,
            json!({"value":"2026-11-22","type":"date"}),
        ),
        (r#"{"formula":"\"\""}"#, json!({"value":"","type":"text"})),
        (
            r#"{"formula":"IF(TRUE,1,\"a\")"}"#,
            json!({"value":1,"type":"number"}),
        ),
        (
            r#"{"formula":"{1,2;3,4}*2"}"#,
            json!({"value":[[2,4],[6,8]],"type":"list"}),
        ),
        (
            r#"{"formula":"{1,0}/{0,1}"}"#,
            json!({"value":[[{"error":"#DIV/0!"},0]],"type":"list"}),
        ),
        (
            r#"{"formula":"DATE(2026,11,22)+0.5"}"#,
            json!({"value":"2026-11-22T12:00:00","type":"date_time"}),
        ),
        (
            r#"{"formula":"SUM(t[混])","tables":{"t":[{"混":2},{"混":"3"},{"混":true},{"混":null}]}}"#,
            json!({"value":2,"type":"number"}),
        ),
        (
            r##"{"formula":"SUM(t[混])","tables":{"t":[{"混":2},{"混":{"error":"#N/A"}}]}}"##,
            json!({"error":"#N/A"}),
        ),
        (
            r#"{"formula":"XLOOKUP(\"x\",t[键],t[值])","tables":{"t":[{"键":2,"值":"二"},{"键":"x","值":4},{"键":true,"值":null}]}}"#,
            json!({"value":4,"type":"number"}),
        ),
        (
            r#"{"formula":"SUMIFS(t[值],t[键],2)","tables":{"t":[{"键":2,"值":5},{"键":"2","值":4},{"键":true,"值":"7"}]}}"#,
            json!({"value":9,"type":"number"}),
        ),
        (
            r#"{"formula":"[单价]*[数量]","record":{"单价":2.5,"数量":4}}"#,
            json!({"value":10,"type":"number"}),
        ),
        (
            r#"{"formula":"[单价]*2","record":{"单价":null}}"#,
            json!({"value":0,"type":"number"}),
        ),
        (
            r#"{"formula":"[有货]","record":{"有货":true}}"#,
            json!({"value":true,"type":"checkbox"}),
        ),
        (
            r#"{"formula":"[交期]+1","record":{"交期":"2026-12-31"}}"#,
            json!({"value":"2027-01-01","type":"date"}),
        ),
        (
            r#"{"formula":"[时间]","record":{"时间":"2026-11-22T09:30"}}"#,
            json!({"value":"2026-11-22T09:30:00","type":"date_time"}),
        ),
        (
            r#"{"formula":"[日]","record":{"日":"2026-02-30"}}"#,
            json!({"value":"2026-02-30","type":"text"}),
        ),
        (
            r#"{"formula":"TODAY()","now":"2026-11-22T09:30:00"}"#,
            json!({"value":"2026-11-22","type":"date"}),
        ),
        (
            r#"{"formula":"NOW()","now":"2026-11-22T09:30:00"}"#,
            json!({"value":"2026-11-22T09:30:00","type":"date_time"}),
        ),
        (
            r#"{"formula":"SUM(库存[数量])","tables":{"库存":[{"数量":3},{"数量":4},{}]}}"#,
            json!({"value":7,"type":"number"}),
        ),
        (
            r#"{"formula":"XLOOKUP([货号],库存[货号],库存[价])","record":{"货号":"B"},"tables":{"库存":[{"货号":"A","价":1},{"货号":"B","价":9}]}}"#,
            json!({"value":9,"type":"number"}),
        ),
        (
            r#"{"formula":"COUNTIF(库存[混],\"2\")","tables":{"库存":[{"混":2},{"混":"x"},{"混":true}]}}"#,
            json!({"value":1,"type":"number"}),
        ),
    ];
    let input: Vec<&str> = cases.iter().map(|(line, _)| *line).collect();
    let found = answers(input.join("\n"));
    assert_eq!(found.len(), cases.len());
    for ((line, expected), found) in cases.iter().zip(&found) {
        assert_eq!(found, expected, "{line}");
    }
}

#[test]
fn garbage_is_answered_and_the_next_line_still_counts() {
    let garbage: Vec<Vec<u8>> = [
        "",
        "   ",
        "\t",
        "nonsense",
        "{",
        "null",
        "[]",
        "1",
        "{}",
        r#"{"formula":1}"#,
        r#"{"formula":"1","recrod":{}}"#,
        r#"{"formula":"1","record":[]}"#,
        r#"{"formula":"1","record":{"a":[1]}}"#,
        r#"{"formula":"1","record":{"a":{"b":1}}}"#,
        r#"{"formula":"1","record":{"a":1e999}}"#,
        r#"{"formula":"1","tables":{"a":[1]}}"#,
        r#"{"formula":"1","now":"yesterday"}"#,
        r#"{"formula":"1","now":"2026-13-01T00:00:00"}"#,
        r#"{"formula":"1","locale":"fr"}"#,
        r#"{"formula":"1"} {"formula":"2"}"#,
        r#"{"formula":"\ud800"}"#,
    ]
    .iter()
    .map(|line| line.as_bytes().to_vec())
    .chain([
        b"{\"formula\":\"\xff\xfe\"}".to_vec(),
        b"\0\0\0".to_vec(),
        "[".repeat(50_000).into_bytes(),
        vec![b' '; 1024 * 1024 + 1],
        vec![b'x'; 3 * 1024 * 1024],
    ])
    .collect();
    let mut input = Vec::new();
    for line in &garbage {
        input.extend_from_slice(line);
        input.extend_from_slice(b"\n{\"formula\":\"1+1\"}\r\n");
    }
    let found = answers(input);
    assert_eq!(found.len(), garbage.len() * 2);
    for (at, pair) in found.chunks(2).enumerate() {
        assert_eq!(code(&pair[0]), "bad_input", "garbage {at}");
        assert_eq!(pair[1]["value"], 2, "after garbage {at}");
    }
    let last = answers(vec![b'x'; 2 * 1024 * 1024]);
    assert_eq!(last.len(), 1);
}

#[test]
fn mistakes_are_found_in_both_languages() {
    let found = answers(concat!(
        r#"{"formula":"[单介]+1","record":{"单价":1}}"#,
        "\n",
        r#"{"formula":"[单介]+1","record":{"单价":1},"locale":"en"}"#,
        "\n",
        r#"{"formula":""}"#,
    ));
    assert_eq!(code(&found[0]), "unknown_field");
    assert_eq!(found[0]["diagnostics"][0]["span"], json!([0, 4]));
    assert_eq!(found[0]["diagnostics"][0]["hint"], "是不是“单价”？");
    assert_eq!(found[1]["diagnostics"][0]["hint"], "Did you mean “单价”?");
    assert_eq!(code(&found[2]), "empty_formula");
}

#[test]
fn ai_waits_with_its_prompts() {
    let found = answers(r#"{"formula":"AI.TRANSLATE([品名],\"英语\")","record":{"品名":"杯子"}}"#);
    assert_eq!(found[0]["pending"], true);
    assert_eq!(found[0]["type"], "text");
    let prompt = found[0]["calls"][0].as_str().unwrap();
    assert!(prompt.contains("杯子"), "{prompt}");
}

#[test]
fn a_hundred_thousand_brackets_are_refused_at_once() {
    let shapes = ["(", ")", "-", "SUM(", "{", "[", "1+"];
    for shape in shapes {
        let line = json!({"formula": shape.repeat(100_000)}).to_string();
        let started = Instant::now();
        let found = answers(&line);
        let took = started.elapsed();
        assert!(!code(&found[0]).is_empty(), "{shape}");
        // Ten times the bound of 50 ms: this is a debug build on a busy machine.
        assert!(took < Duration::from_millis(500), "{shape}: {took:?}");
    }
}

#[test]
fn ten_thousand_lines() {
    let mut input = String::new();
    for at in 0..10_000 {
        input += &json!({
            "formula": "ROUND([单价]*[数量]*(1-[折扣]),2)",
            "record": {"单价": at, "数量": 3, "折扣": 0.1},
        })
        .to_string();
        input.push('\n');
    }
    let started = Instant::now();
    let found = answers(&input);
    println!("10,000 lines: {:?}", started.elapsed());
    assert_eq!(found.len(), 10_000);
    assert_eq!(found[9_999]["value"], json!(26_997.3));
}
