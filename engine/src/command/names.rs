//! Names of tables, fields and views: trimmed, not empty, not too long, distinct among the live ones.

use crate::error::CommandError;
use table::limits::NAME_CHARS;

/// The trimmed name; control characters become blanks.
pub(crate) fn clean(name: &str) -> Result<String, CommandError> {
    let name: String = name
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let name = name.trim();
    if name.is_empty() {
        return Err(CommandError::new(
            "name_empty",
            "名称不能为空。",
            "The name can't be empty.",
        ));
    }
    if name.chars().count() > NAME_CHARS {
        return Err(CommandError::new(
            "name_too_long",
            format!("名称最多 {NAME_CHARS} 个字。"),
            format!("A name has at most {NAME_CHARS} characters."),
        ));
    }
    Ok(name.to_owned())
}

/// The cleaned name if no live sibling has it.
pub(crate) fn unique<'a>(
    name: &str,
    mut taken: impl Iterator<Item = &'a str>,
) -> Result<String, CommandError> {
    let name = clean(name)?;
    if taken.any(|other| other == name) {
        return Err(CommandError::new(
            "name_taken",
            format!("已经有叫“{name}”的了。"),
            format!("The name “{name}” is taken."),
        )
        .hint("请换一个名称。", "Choose another name.")
        .at(name));
    }
    Ok(name)
}

/// The cleaned name, with “ 2”, “ 3”, … if live siblings have it.
pub(crate) fn numbered(name: &str, taken: &[&str]) -> Result<String, CommandError> {
    let name = clean(name)?;
    if !taken.contains(&name.as_str()) {
        return Ok(name);
    }
    let stem: String = name.chars().take(NAME_CHARS - 8).collect();
    let mut number = 2u64;
    loop {
        let candidate = format!("{stem} {number}");
        if !taken.contains(&candidate.as_str()) {
            return Ok(candidate);
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_are_cleaned_and_kept_apart() {
        assert_eq!(clean("  单价\n ").unwrap(), "单价");
        assert_eq!(clean(" \t").unwrap_err().code, "name_empty");
        assert_eq!(clean(&"长".repeat(256)).unwrap_err().code, "name_too_long");
        assert_eq!(
            unique(" 单价 ", ["单价"].into_iter()).unwrap_err().code,
            "name_taken"
        );
        assert_eq!(numbered("报价", &["报价", "报价 2"]).unwrap(), "报价 3");
        let long = "长".repeat(255);
        assert!(numbered(&long, &[&long]).unwrap().chars().count() <= NAME_CHARS);
    }
}
