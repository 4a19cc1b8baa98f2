# Finds kernel32.dll through the PEB and CreateMutexA through its export table, as position-independent code does,
# and creates the mutex ShellMutex64.
.intel_syntax noprefix
.globl start
start:
    sub rsp, 0x28
    mov rax, gs:[0x60]
    mov rax, [rax + 0x18]
    mov rsi, [rax + 0x20]          # InMemoryOrderModuleList: program, ntdll, kernel32
    mov rsi, [rsi]
    mov rsi, [rsi]
    mov rbx, [rsi + 0x20]          # base of kernel32
    mov eax, [rbx + 0x3c]
    mov eax, [rbx + rax + 0x88]    # export directory
    add rax, rbx
    mov ecx, [rax + 0x18]
    mov r8d, [rax + 0x20]
    add r8, rbx
next:
    dec rcx
    mov esi, [r8 + rcx * 4]
    add rsi, rbx
    mov rdx, 0x754d657461657243    # CreateMu
    cmp [rsi], rdx
    jne next
    cmp dword ptr [rsi + 8], 0x41786574   # texA
    jne next
    cmp byte ptr [rsi + 12], 0
    jne next
    mov r9d, [rax + 0x24]
    add r9, rbx
    movzx ecx, word ptr [r9 + rcx * 2]
    mov r9d, [rax + 0x1c]
    add r9, rbx
    mov eax, [r9 + rcx * 4]
    add rax, rbx
    lea r8, [rip + name]
    xor ecx, ecx
    xor edx, edx
    call rax
    add rsp, 0x28
    ret
name:
    .asciz "ShellMutex64"
