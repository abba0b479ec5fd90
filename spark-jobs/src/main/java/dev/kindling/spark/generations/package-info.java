/** Every generation of language models on the same token shards under one budget. */
package dev.kindling.spark.generations;
