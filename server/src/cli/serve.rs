//! `suanpan serve`

use super::answer::Failure;
use crate::{
    config::Config,
    serve::{self, ServeError, lan_address, loopback_url},
};
use clap::Args;
use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

#[derive(Args)]
pub struct ServeArgs {
    /// Address and port; 0.0.0.0:8080 opens the server to the local network. 监听地址。
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The data folder. 数据文件夹。
    #[arg(long, default_value = "./data")]
    data: PathBuf,
    /// Adds the sample base if there is none yet. 加入示例表库。
    #[arg(long)]
    demo: bool,
    /// Start-up line and errors as JSON. 以 JSON 输出。
    #[arg(long)]
    json: bool,
}

impl Default for ServeArgs {
    fn default() -> ServeArgs {
        ServeArgs {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            data: PathBuf::from("./data"),
            demo: false,
            json: false,
        }
    }
}

pub fn run(args: &ServeArgs) -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("SUANPAN_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn")),
        )
        .with_writer(std::io::stderr)
        .init();
    let config = Config {
        listen: args.listen,
        data: args.data.clone(),
        demo: args.demo,
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(cause) => return failed_to_run(&cause).report(args.json),
    };
    match runtime.block_on(serve::serve(&config, |address, _| say_ready(args, address))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => failure(cause).report(args.json),
    }
}

fn say_ready(args: &ServeArgs, address: SocketAddr) {
    let url = loopback_url(address);
    if args.json {
        println!(
            "{}",
            serde_json::json!({"url": url, "pid": std::process::id()})
        );
        return;
    }
    println!("算盘已启动,请在浏览器打开 / Suanpan is running, open: {url}");
    match lan_address() {
        Some(ip) if !address.ip().is_loopback() => {
            let lan = SocketAddr::new(ip, address.port());
            println!("同一网络的电脑和手机 / Others on your network: http://{lan}");
        }
        Some(_) => println!(
            "要让手机或其他电脑打开 / To open it to your network: --listen 0.0.0.0:{}",
            address.port()
        ),
        None => {}
    }
    println!("按 Ctrl-C 退出 / Ctrl-C ends it.");
}

fn failure(cause: ServeError) -> Failure {
    match cause {
        ServeError::Start(cause) => cause.into(),
        ServeError::Listen { address, cause } => listen_failure(address, &cause),
        ServeError::Announce(cause) | ServeError::Run(cause) => failed_to_run(&cause),
    }
}

fn listen_failure(address: SocketAddr, cause: &std::io::Error) -> Failure {
    let port = address.port();
    let other = SocketAddr::new(address.ip(), port.checked_add(1).unwrap_or(18080));
    match cause.kind() {
        std::io::ErrorKind::AddrInUse => Failure::new(
            "port_in_use",
            format!("端口 {port} 已被占用。"),
            format!("Port {port} is in use."),
        )
        .hint(
            format!("请换一个端口:--listen {other}"),
            format!("Choose another one: --listen {other}"),
        ),
        std::io::ErrorKind::AddrNotAvailable => Failure::new(
            "address_unknown",
            format!("本机没有地址 {}。", address.ip()),
            format!("This machine has no address {}.", address.ip()),
        )
        .hint(
            format!("请用 --listen 127.0.0.1:{port}"),
            format!("Use --listen 127.0.0.1:{port}"),
        ),
        _ => Failure::new(
            "listen",
            format!("不能使用地址 {address}({cause})。"),
            format!("The address {address} cannot be used ({cause})."),
        )
        .hint(
            format!("请用 --listen 127.0.0.1:{}", plain_port(address)),
            format!("Use --listen 127.0.0.1:{}", plain_port(address)),
        ),
    }
    .at_start()
}

/// A port that needs no special rights.
fn plain_port(address: SocketAddr) -> u16 {
    match address.port() {
        port if port >= 1024 => port,
        _ => 8080,
    }
}

fn failed_to_run(cause: &std::io::Error) -> Failure {
    Failure::new(
        "serve",
        format!("服务不能运行({cause})。"),
        format!("The server cannot run ({cause})."),
    )
    .at_start()
}
