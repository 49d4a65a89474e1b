"""Prints what is in the bucket: sizes and keys."""

import os

import boto3

s3 = boto3.client("s3", endpoint_url=os.environ["S3_ENDPOINT"])
for page in s3.get_paginator("list_objects_v2").paginate(Bucket=os.environ["S3_BUCKET"]):
    for item in page.get("Contents", []):
        print(f"  {item['Size']:>10,} bytes  {item['Key']}")
