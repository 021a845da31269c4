<?php
/* What must live longer than a request: JSON files in a folder. php -S serves one request at a time: no locks. */
declare(strict_types=1);

class State
{
    public function __construct(public readonly string $folder)
    {
    }

    public function read(string $name): array
    {
        $file = $this->file($name);
        return is_file($file) ? json_decode(file_get_contents($file), true, flags: JSON_THROW_ON_ERROR) : [];
    }

    public function write(string $name, array $content): void
    {
        file_put_contents($this->file($name), json_encode($content, JSON_THROW_ON_ERROR));
    }

    private function file(string $name): string
    {
        return "$this->folder/$name.json";
    }
}
