/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that lose lengths, errors or thread safety do not compile. Included by the Makefile in
 * every file of the project (-include), after nothing else; the system headers come first so that
 * their own declarations are not hit.
 */
#ifndef MS_BASE_BANNED_H
#define MS_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MS_BANNED(f) ms_banned_call_of_##f

#undef sprintf
#define sprintf(...) MS_BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) MS_BANNED(vsprintf)
#undef strcpy
#define strcpy(...) MS_BANNED(strcpy)
#undef strcat
#define strcat(...) MS_BANNED(strcat)
#undef strncpy
#define strncpy(...) MS_BANNED(strncpy)
#undef strncat
#define strncat(...) MS_BANNED(strncat)
#undef strtok
#define strtok(...) MS_BANNED(strtok)
#undef gets
#define gets(...) MS_BANNED(gets)
#undef atoi
#define atoi(...) MS_BANNED(atoi)
#undef atol
#define atol(...) MS_BANNED(atol)
#undef atoll
#define atoll(...) MS_BANNED(atoll)
#undef atof
#define atof(...) MS_BANNED(atof)
#undef rand
#define rand(...) MS_BANNED(rand)
#undef srand
#define srand(...) MS_BANNED(srand)
#undef system
#define system(...) MS_BANNED(system)
#undef popen
#define popen(...) MS_BANNED(popen)
#undef tmpnam
#define tmpnam(...) MS_BANNED(tmpnam)
#undef tempnam
#define tempnam(...) MS_BANNED(tempnam)
#undef mktemp
#define mktemp(...) MS_BANNED(mktemp)
#undef gmtime
#define gmtime(...) MS_BANNED(gmtime)
#undef localtime
#define localtime(...) MS_BANNED(localtime)
#undef ctime
#define ctime(...) MS_BANNED(ctime)
#undef asctime
#define asctime(...) MS_BANNED(asctime)

#endif
