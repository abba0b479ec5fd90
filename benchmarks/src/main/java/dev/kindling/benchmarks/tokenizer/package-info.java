/** Our tokenizers beside Hugging Face's. */
package dev.kindling.benchmarks.tokenizer;
