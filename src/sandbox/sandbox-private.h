/* Shared by the seals. */
#pragma once

/* A build whose own bookkeeping needs calls and memory that no seal of a normal build allows. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(undefined_behavior_sanitizer)
#define SANITIZED 1
#endif
#endif
