#!/usr/bin/env python3
"""The tables that the measurements use, from a seed: 订单 (orders), 商品 (goods), 出入库 (movements) as CSV.

Usage: python3 bench/gen.py FOLDER [--rows N] [--movements N] [--seed N]
Only the standard library is used; every block of rows has its own seed, so that all cores make the same file.
"""
import argparse
import multiprocessing
import pathlib
import random
from datetime import date, timedelta

GOODS = 50_000
CUSTOMERS = 20_000
BLOCK = 100_000
WORDS = ["锆石", "珍珠", "水滴", "流苏", "开口", "锁骨", "串珠", "鲨鱼", "合金", "镀金"]
THINGS = ["戒指", "耳钉", "耳环", "项链", "手链", "发夹", "胸针", "保温杯", "收纳盒", "钥匙扣"]
CATEGORIES = [f"{word}{thing}" for word in ("时尚", "复古", "简约") for thing in THINGS]
STATUS = ["待付款", "已付款", "备货中", "已发货", "已完成", "已取消"]
REMARKS = ["要快", "分两箱", "易碎，轻放", "同上次"]
DAYS = [str(date(2024, 1, 1) + timedelta(days=n)) for n in range(900)]
ORDERS = ["order_no", "sku", "product", "category", "qty", "unit_price", "discount", "order_date", "customer",
          "status", "remark"]


def products(seed):
    """Per article: number, name, category, price."""
    rng = random.Random(f"{seed} goods")
    return [(f"SKU{n:05}", f"{rng.choice(WORDS)}{rng.choice(THINGS)}{n:05}", CATEGORIES[n % 30],
             f"{rng.randint(50, 9_999) / 100:.2f}") for n in range(GOODS)]


def order_block(job):
    seed, first, n, goods = job
    rng = random.Random(f"{seed} orders {first}")
    lines = []
    for row in range(first, first + n):
        sku, name, category, price = goods[rng.randrange(GOODS)]
        remark = rng.choice(REMARKS) if rng.random() < 0.05 else ""
        lines.append(f"XS{row:09},{sku},{name},{category},{rng.randint(1, 500)},{price},"
                     f"{rng.choice(('0.05', '0.1', '0'))},{rng.choice(DAYS)},客户{rng.randrange(CUSTOMERS):05},"
                     f"{rng.choice(STATUS)},{remark}\n")
    return "".join(lines)


def movement_block(job):
    seed, first, n, _ = job
    rng = random.Random(f"{seed} movements {first}")
    lines = []
    for row in range(first, first + n):
        lines.append(f"CK{row:09},SKU{rng.randrange(GOODS):05},{rng.choice(('入库', '出库'))},{rng.randint(1, 500)},"
                     f"{rng.choice(DAYS)}\n")
    return "".join(lines)


def write_blocks(path, header, block, n_rows, seed, goods=None):
    jobs = [(seed, first, min(BLOCK, n_rows - first), goods) for first in range(0, n_rows, BLOCK)]
    with open(path, "w", encoding="utf-8", newline="") as file, multiprocessing.Pool() as pool:
        file.write(",".join(header) + "\n")
        for text in pool.imap(block, jobs):
            file.write(text)
    return path


def orders(path, n_rows, seed):
    return write_blocks(path, ORDERS, order_block, n_rows, seed, products(seed))


def movements(path, n_rows, seed):
    return write_blocks(path, ["move_no", "sku", "kind", "qty", "move_date"], movement_block, n_rows, seed)


def goods(path, seed):
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("sku,product,category,unit_price\n")
        file.writelines(",".join(article) + "\n" for article in products(seed))
    return path


def main():
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("folder", type=pathlib.Path)
    ask.add_argument("--rows", type=int, default=1_000_000)
    ask.add_argument("--movements", type=int, default=1_000_000)
    ask.add_argument("--seed", type=int, default=20261123)
    args = ask.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    print(orders(args.folder / "orders.csv", args.rows, args.seed))
    print(goods(args.folder / "goods.csv", args.seed))
    print(movements(args.folder / "movements.csv", args.movements, args.seed))


if __name__ == "__main__":
    main()
